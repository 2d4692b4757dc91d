// Servers that are not written down as addresses: what the resolver says of a name, and what a file holds as it
// changes.
import type { Family, Ip } from '../net/ip.ts';

export type NameAnswer =
  /** At least one address. @property ttlSec of the record that lasts least; 0 where nothing says. */
  | { readonly outcome: 'found'; readonly addresses: readonly Ip[]; readonly ttlSec: number }
  /** Whoever has the say says that there is none: NXDOMAIN, or no record of that family. */
  | { readonly outcome: 'absent'; readonly reason: string }
  /** Nobody with the say was heard: SERVFAIL, REFUSED, no answer in time. Says nothing of the name. */
  | { readonly outcome: 'failed'; readonly reason: string };

/** The addresses of a name in one family. Never rejects; settles within some seconds. */
export type ResolveName = (name: string, family: Family) => Promise<NameAnswer>;

export type FileContent = { readonly text: string } | { readonly problem: string };

/** Tells what the whole file holds, at once and after each change; a problem: it cannot be read, or is too long. */
export type WatchText = (path: string, listener: (content: FileContent) => void) => () => void;
