// What a kind of check says of itself, in one entry of its family's table (dialogues.ts, http.ts...): the words that
// choose it, the directives it reads, what it asks of a server, and how that is told. How it is made: src/probes.
import type { RealConfig, VirtualConfig } from '../config/service.ts';

/** A word of `service`. */
export type ServiceWord = {
  /** Where such a server listens; absent: nowhere in particular. */
  readonly port?: number;
  /** Speaks TLS, and so reads the directives of TLS ({@link tlsKeys}): from the start, or where `starttls` asks for it. */
  readonly tls?: 'at once' | 'asked';
  /** Not taken for the service of its port: ldirectord knows none there. */
  readonly isOurs?: true;
};

export type CheckTraits = {
  /** None: a checktype chooses it. */
  readonly services: Readonly<Record<string, ServiceWord>>;
  /** Every directive that it reads; those of TLS are its words'. What is not in it has no effect, and is warned of. */
  readonly reads: readonly string[];
};

/** How any check over TLS meets a server (place.ts). */
export const tlsKeys = [
  ...(['verify', 'ca', 'cert', 'key', 'sni', 'tls_min_version', 'ciphers'] as const),
  ...(['certificate_expiry', 'virtualhost'] as const),
] as const;

export type CheckDefinition<Target> = CheckTraits & {
  readonly targetOf: (virtual: VirtualConfig, real: RealConfig, port: number) => Target;
  /** In a few words, for `check`; without secrets. */
  readonly describe: (target: Target) => string;
};

/** One definition for each kind among some targets: the compiler misses one that is not there. */
export type Definitions<Targets extends { readonly kind: string }> = {
  readonly [Kind in Targets['kind']]: CheckDefinition<Extract<Targets, { readonly kind: Kind }>>;
};
