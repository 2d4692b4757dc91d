// What is remembered of settings and macvlans that instances have changed: how it is read again, and whether it is of
// this boot, as another one makes it void. What is put back is claims.ts's.
import { isRecord } from '../../../net/record.ts';
import type { ClaimMemory, ClaimRecord } from '../../../ports/claim-memory.ts';

export const nothingClaimed: ClaimRecord = { settings: {}, links: {} };

export const isNothing = ({ settings, links }: ClaimRecord): boolean =>
  Object.keys(settings).length + Object.keys(links).length === 0;

/** @param value of a JSON file, or undefined. @param boot the present one. */
export function parseClaimRecord(value: unknown, boot: string): ClaimRecord & { readonly boot: string } {
  const { boot: theirs, settings, links } = isRecord(value) ? value : {};
  if (theirs !== boot) return { boot, ...nothingClaimed };
  return { boot, settings: textsOf(settings), links: textsOf(links) };
}

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );

/** For tests, and where there is no state_dir. */
export function memoryOf(record: ClaimRecord = nothingClaimed): ClaimMemory {
  let kept = record;
  return {
    read: () => kept,
    write: (next) => {
      kept = next;
    },
  };
}
