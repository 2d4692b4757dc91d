// What is to be checked: so many servers by TCP and by HTTP, in services of a hundred each, or one server that many
// services share. Which server has which address. Pure.

export type Load = {
  readonly tcp: number;
  readonly http: number;
  /** Every service has the same one server. */
  readonly shared: boolean;
};

export type CheckKind = 'tcp' | 'http';
export type LoadedService = {
  readonly address: string;
  readonly kind: CheckKind;
  readonly reals: readonly string[];
};

const realsOfService = 100;
/** Servers have addresses 10.9.0.1 and on; 250 in a row keeps clear of .0 and .255. */
const realAddress = (index: number): string => `10.9.${Math.floor(index / 250)}.${(index % 250) + 1}`;
const serviceAddress = (index: number): string => `10.7.${Math.floor(index / 250)}.${(index % 250) + 1}`;

export function servicesOf({ tcp, http, shared }: Load): readonly LoadedService[] {
  const total = tcp + http;
  const each = shared ? 1 : realsOfService;
  const services: LoadedService[] = [];
  for (let first = 0; first < total; ) {
    const kind = first < tcp ? 'tcp' : 'http';
    const end = Math.min(first + each, kind === 'tcp' ? tcp : total);
    const reals = Array.from({ length: end - first }, (_, i) => realAddress(shared ? 0 : first + i));
    services.push({ address: serviceAddress(services.length), kind, reals });
    first = end;
  }
  return services;
}

/** Different servers, in order. */
export const addressesOf = (load: Load): readonly string[] => [
  ...new Set(servicesOf(load).flatMap(({ reals }) => reals)),
];

/** "10000 tcp", "10000 tcp + 2000 http", "1000 services, 1 server". */
export function describeLoad({ tcp, http, shared }: Load): string {
  if (shared) return `${tcp + http} services, 1 server`;
  return [tcp > 0 && `${tcp} tcp`, http > 0 && `${http} http`].filter(Boolean).join(' + ') || 'none';
}

/** TCP, TCP+HTTP or TCP*1: every service the same server. @returns undefined for anything else. */
export function parseLoad(text: string): Load | undefined {
  const [, tcp, http, shared] = /^(\d+)(?:\+(\d+))?(\*1)?$/.exec(text) ?? [];
  if (tcp === undefined || Number(tcp) + Number(http ?? 0) > 60_000) return undefined;
  return { tcp: Number(tcp), http: Number(http ?? 0), shared: shared !== undefined };
}
