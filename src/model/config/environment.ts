// What a reading of the config asks of the host.
import type { Ip } from '../../net/ip.ts';

/** As whom, and how, a program is run. */
export type ProgramUse = {
  /** Absent: as ports/tracked's RunScript takes it. */
  readonly user?: string;
  readonly isAction?: true;
  /** An interpreter reads it. */
  readonly isRead?: true;
};

/** The files that TLS reads and the ciphers that it is offered, as configured. */
export type TlsUse = {
  readonly caFile?: string;
  readonly certFile?: string;
  /** Absent: it stands with the certificate. */
  readonly keyFile?: string;
  readonly ciphers?: string;
};

/** The rule that one of them breaks, by its directive. */
export type TlsFault = {
  readonly key: 'ca' | 'cert' | 'key' | 'ciphers';
  readonly rule: string;
  readonly got: string;
};

/** Where a secret stands that is not in the config: a file by its path, a credential of systemd, a variable. */
export type SecretSource = { readonly kind: 'file' | 'credential' | 'env'; readonly name: string };

export type SecretRead =
  | {
      readonly text: string;
      /** Who else may read it. */
      readonly lax?: { readonly rule: string; readonly got: string };
    }
  | { readonly rule: string; readonly got: string }
  /** The daemon has it, and whoever reads here cannot see that. */
  | { readonly unseen: { readonly rule: string; readonly got: string } };

/** A file that `execute` names: by which path it was found, and what it says; or the rule that it breaks. */
export type ExecutedFile =
  | { readonly file: string; readonly text: string }
  | { readonly rule: string; readonly got: string };

/** How names become values while a config is read: injected, so that the parsers stay pure. */
export type ConfigEnvironment = {
  readonly hostname: string;
  /** Overrides the name that the file gives this director (`--director`). */
  readonly director?: string;
  /** The first address of that family, or undefined. */
  readonly resolveHost: (name: string, family: 'inet' | 'inet6') => Ip | undefined;
  readonly resolveService: (name: string, protocol?: 'tcp' | 'udp') => number | undefined;
  /** A setting of this host's kernel, by its path below /proc/sys. Absent: nothing is looked at. */
  readonly readSysctl?: (path: string) => string | undefined;
  /** Absent: nothing is looked at. */
  readonly isDirectory?: (path: string) => boolean;
  /** The rule that a program on this host breaks, and what of it. Absent: nothing is looked at. */
  readonly judgeProgram?: (
    file: string,
    use: ProgramUse,
  ) => { readonly rule: string; readonly got: string } | undefined;
  /** What keeps TLS from being spoken so. Absent: nothing is looked at. */
  readonly judgeTls?: (use: TlsUse) => readonly TlsFault[];
  /** Absent: no secret is read, and none is missed. */
  readonly readSecret?: (source: SecretSource) => SecretRead;
  /** @param from the file that names it. Absent: none is read, and none is missed. */
  readonly readExecuted?: (name: string, from: string) => ExecutedFile;
};
