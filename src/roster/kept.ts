// What is kept of names and files for the next start, which may fall into an outage of DNS.
import { type Ip, parseIp } from '../net/ip.ts';
import { isRecord } from '../net/record.ts';

export type Kept = {
  /** By questionKey (effective.ts). */
  readonly names: Readonly<Record<string, readonly Ip[]>>;
  /** The last good text by path. */
  readonly files: Readonly<Record<string, string>>;
};

/** Of any JSON value; what is no address, no text, or nothing of the kind counts as not known. */
export function parseKept(value: unknown): Kept {
  const entries = (key: keyof Kept) => {
    const found = isRecord(value) ? value[key] : undefined;
    return isRecord(found) ? Object.entries(found) : [];
  };
  return {
    names: Object.fromEntries(entries('names').map(([key, addresses]) => [key, addressesIn(addresses)])),
    files: Object.fromEntries(
      entries('files').flatMap(([path, text]) => (typeof text === 'string' ? [[path, text]] : [])),
    ),
  };
}

const addressesIn = (value: unknown): readonly Ip[] =>
  Array.isArray(value)
    ? value.flatMap((text) => (typeof text === 'string' ? (parseIp(text) ?? []) : []))
    : [];
