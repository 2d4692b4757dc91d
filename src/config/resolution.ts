// What the steps after reading share: where a value stands, how names become addresses and ports, and the growing
// list of problems. Literals are never looked up; what looks like an address but is none is no name either.

import type { ConfigEnvironment } from '../model/config/environment.ts';
import type { Position, Problem } from '../model/config/problem.ts';
import { type Family, type Ip, parseIp } from '../net/ip.ts';
import type { Sites } from './tree/read-tree.ts';

/** Where a key of the entry that is read stands. */
export type Site = (...path: readonly (string | number)[]) => Position;

/** Where a rule differs: stock ldirectord takes some words that YAML refuses. */
export type Dialect = 'yaml' | 'ldirectord';

export type Resolution = {
  readonly environment: ConfigEnvironment;
  readonly dialect: Dialect;
  readonly sites: Sites;
  readonly problems: Problem[];
};

/** The address that `host` spells or names in that family. */
export function resolveAddress(host: string, family: Family, { environment }: Resolution): Ip | undefined {
  if (/^[\d.]+$/.test(host) || host.includes(':')) return parseIp(host);
  return environment.resolveHost(host, family);
}

/** The family of a literal; undefined for a name. */
export const literalFamily = (host: string): Family | undefined =>
  host.includes(':') ? 'inet6' : /^[\d.]+$/.test(host) ? 'inet' : undefined;

/** A number from 0 to 65535, or a service name; of any protocol where none is given. */
export function resolvePort(
  port: string,
  protocol: string | undefined,
  { environment }: Resolution,
): number | undefined {
  if (/^\d+$/.test(port)) return port.length <= 5 && Number(port) <= 65535 ? Number(port) : undefined;
  const known = protocol === 'tcp' || protocol === 'udp' ? protocol : undefined;
  return environment.resolveService(port, known);
}

/** `value` without the keys that hold undefined, as exact optional properties want it. */
export function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Present<T>;
}

export type Present<T> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
} & { [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined> };
