// The words that `service` may be, and who reads which directive, out of the table of checks.
// Source: docs/reference/ldirectord.md §2 and §2.2 (the service by the port); grpc, agent, file and udp are our own.
import { type CheckKind, checks } from './checks.ts';
import { type CheckTraits, type ServiceWord, tlsKeys } from './definition.ts';

type Definitions = typeof checks;
export type Service = { [Kind in CheckKind]: keyof Definitions[Kind]['services'] }[CheckKind] & string;
/** A directive that some check reads. */
export type CheckKey = Definitions[CheckKind]['reads'][number] | (typeof tlsKeys)[number] | 'starttls';

type Known = ServiceWord & { readonly kind: CheckKind };

const entries = Object.entries(checks) as readonly (readonly [CheckKind, CheckTraits])[];
const known: ReadonlyMap<string, Known> = new Map(
  entries.flatMap(([kind, traits]) =>
    Object.entries(traits.services).map(([word, each]): [string, Known] => [word, { ...each, kind }]),
  ),
);

export const services = [...known.keys()].sort() as readonly Service[];

/** The check that speaks it; a service that none speaks is only connected to. */
export const checkOf = (service: string): CheckKind => known.get(service)?.kind ?? 'connect';

/** Where it listens when nothing else says. */
export const portOf = (service: string): number | undefined => known.get(service)?.port;

const byPort = new Map(
  [...known].filter(([, { isOurs }]) => isOurs !== true).map(([word, { port }]) => [port, word as Service]),
);

/** What a virtual service on that port is taken for. */
export const serviceOfPort = (port: number): Service => byPort.get(port) ?? 'none';

/** Whether a check of that kind reads a directive; `service` is what it speaks. */
export const reads = (kind: CheckKind, service: string, key: string): boolean =>
  (checks[kind] as CheckTraits).reads.includes(key) ||
  (checkOf(service) === kind && readsForTls(service, key));

function readsForTls(service: string, key: string): boolean {
  const tls = tlsOf(service);
  if (tls === undefined) return false;
  return (tlsKeys as readonly string[]).includes(key) || (key === 'starttls' && tls === 'asked');
}

/** Whether the check of a service speaks TLS, and when. */
export const tlsOf = (service: string): ServiceWord['tls'] => known.get(service)?.tls;

/** The services whose own check reads a directive, in the order of the table. */
export const servicesReading = (key: string): readonly string[] =>
  [...known.keys()].filter((word) => reads(checkOf(word), word, key));
