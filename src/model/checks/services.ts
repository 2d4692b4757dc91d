// The words that `service` may be, out of the table of checks: for each its check, its port and what it reads.
// Source: docs/reference/ldirectord.md §2 and §2.2 (the service by the port); grpc, agent, file and udp are our own.
import { type CheckKind, checks } from './checks.ts';
import type { CheckTraits, ServiceWord } from './definition.ts';

type Definitions = typeof checks;
export type Service = { [Kind in CheckKind]: keyof Definitions[Kind]['services'] }[CheckKind] & string;
/** A directive that one kind of check alone reads. */
export type CheckKey = {
  [Kind in CheckKind]: Definitions[Kind] extends { readonly keys: readonly (infer Key)[] } ? Key : never;
}[CheckKind];

type Known = ServiceWord & { readonly kind: CheckKind; readonly takesProxyProtocol: boolean };

const entries = Object.entries(checks) as readonly (readonly [CheckKind, CheckTraits])[];
const known: ReadonlyMap<string, Known> = new Map(
  entries.flatMap(([kind, { services, proxyProtocol }]) =>
    Object.entries(services).map(([word, traits]): [string, Known] => [
      word,
      { ...traits, kind, takesProxyProtocol: proxyProtocol === true },
    ]),
  ),
);

export const services = [...known.keys()].sort() as readonly Service[];

/** The check that speaks it; a service that none speaks is only connected to. */
export const checkOf = (service: string): CheckKind => known.get(service)?.kind ?? 'connect';

/** Where it listens when nothing else says. */
export const portOf = (service: string): number | undefined => known.get(service)?.port;

const byPort = new Map([...known].map(([word, { port }]) => [port, word as Service]));

/** What a virtual service on that port is taken for. */
export const serviceOfPort = (port: number): Service => byPort.get(port) ?? 'none';

export const takesProxyProtocol = (service: string): boolean =>
  known.get(service)?.takesProxyProtocol === true;

/** Directives with the services that read them; what any service reads is not among them. */
export const keysOfServices: readonly {
  readonly keys: readonly CheckKey[];
  readonly services: readonly string[];
}[] = entries.flatMap(([, { keys = [], services }]) =>
  keys.length === 0 ? [] : [{ keys: keys as readonly CheckKey[], services: Object.keys(services) }],
);

/** Those that speak TLS from the start. */
export const tlsServices: readonly string[] = [...known].flatMap(([word, { tls }]) => (tls ? [word] : []));
