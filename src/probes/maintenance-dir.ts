// Whether an operator has put a server out of service with a file in the maintenance directory, named as ldirectord wants
// it: ADDRESS:PORT, ADDRESS (IPv6 in brackets), NAME:PORT, NAME, SHORT:PORT or SHORT, where NAME is the whole name of the
// address by reverse lookup and SHORT its first part. A lookup holds up no check: it is made beside it, only while some
// file there looks like a name, and its answer counts from the next check on. Source: ldirectord(8), maintenancedir.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';
import type { Ip } from '../net/ip.ts';

export type MaintenanceOptions = {
  /** Of the moment; absent: nobody is in maintenance. */
  readonly directory: () => string | undefined;
  /** The whole name of an address, undefined where it has none. Never rejects. */
  readonly nameOf: (address: Ip) => Promise<string | undefined>;
  /** Milliseconds of any clock that only goes forward. */
  readonly now: () => number;
};

/** An answer is asked for anew after so long. */
const lastsMs = 60_000;

type Known = { readonly name: string | undefined; readonly askedMs: number };

export function createMaintenance({
  directory,
  nameOf,
  now,
}: MaintenanceOptions): (real: Endpoint, own?: string | false) => boolean {
  const names = new Map<Ip, Known>();

  return (real, path = directory()) => {
    if (path === undefined || path === false) return false;
    const { address, port } = real;
    const full = formatEndpoint(real);
    const isThere = (name: string) => existsSync(join(path, name));
    if (isThere(full) || isThere(full.slice(0, full.lastIndexOf(':')))) return true;
    if (!holdsName(path)) return false;
    const name = knownName(address);
    return name !== undefined && formsOf(name).some((each) => isThere(`${each}:${port}`) || isThere(each));
  };

  /** As of the last answer. */
  function knownName(address: Ip): string | undefined {
    const known = names.get(address);
    if (known === undefined || now() - known.askedMs >= lastsMs) {
      names.set(address, { name: known?.name, askedMs: now() });
      // A name server that is gone for a while puts nobody back into service.
      void nameOf(address).then((name) => names.set(address, { name: name ?? known?.name, askedMs: now() }));
    }
    return known?.name;
  }
}

/** Nothing that comes from a name server leads out of the directory. */
function formsOf(name: string): readonly string[] {
  const whole = name.replace(/\.$/, '').toLowerCase();
  if (!/^[a-z0-9_][\w.-]*$/.test(whole)) return [];
  const short = /^[a-z][a-z0-9-]+/.exec(whole)?.[0];
  return short === undefined ? [whole] : [whole, short];
}

/** An address begins with a digit or a bracket; so may a name, but then it has a letter that no IPv4 address has. */
function holdsName(path: string): boolean {
  try {
    return readdirSync(path).some((file) => /^[^[.]/.test(file) && /[a-z]/i.test(file));
  } catch {
    return false;
  }
}
