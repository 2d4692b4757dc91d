// What instances change beside their addresses for as long as they run, counted by who needs it: settings of the
// kernel for an interface, and macvlans. The last one that needs a setting restores what was there before the first
// change, which is remembered in state_dir before that change, so that whoever survives can. A boot makes it void.

import type { Emit } from '../../../journal/event.ts';
import { isRecord } from '../../../net/record.ts';
import type { ClaimMemory, ClaimRecord } from '../../../ports/claim-memory.ts';
import type { Sysctl } from '../../../ports/sysctl.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';

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

/** One for each instance as it runs: two of one name may be there for a while, the one leaving. */
export type Claimant = { readonly instance: string };

export type Claims = {
  /** @param keep whether there is something to be put back: the interface is not of our making. */
  readonly set: (
    claimant: Claimant,
    setting: { readonly key: string; readonly value: string; readonly keep: boolean },
  ) => void;
  readonly claimLink: (claimant: Claimant, link: { readonly name: string; readonly mac: string }) => void;
  /** Puts back what nobody else needs. @returns macvlans that nobody else needs */
  readonly release: (claimant: Claimant) => readonly string[];
  /** Those of an earlier run that nobody has claimed. @returns its macvlans */
  readonly releaseLeft: () => ReadonlyMap<string, string>;
  /** Sets again what somebody has set otherwise, and says so. */
  readonly check: () => void;
  /** Settings that could not be set, with the kernel's code. */
  readonly refused: (claimant: Claimant) => readonly { readonly what: string; readonly reason: string }[];
};

type Need = { readonly value: string; readonly keep: boolean; readonly by: Set<Claimant>; refusal?: string };

export type ClaimPorts = {
  readonly sysctl: Sysctl;
  readonly memory: ClaimMemory;
  readonly emit: Emit;
  readonly limit: RateLimit;
};

export function createClaims({ sysctl, memory, emit, limit }: ClaimPorts): Claims {
  const needs = new Map<string, Need>();
  const links = new Map<string, Set<Claimant>>();
  let record = memory.read();

  function remember(next: ClaimRecord): void {
    if (JSON.stringify(next) === JSON.stringify(record)) return;
    record = next;
    memory.write(next);
  }

  /** @returns what was there, where it was another. */
  function write(key: string, need: Need): string | undefined {
    const found = sysctl.read(key);
    if (found === undefined || found === need.value) return undefined;
    if (need.keep && record.settings[key] === undefined)
      remember({ ...record, settings: { ...record.settings, [key]: found } });
    const refusal = sysctl.write(key, need.value);
    if (refusal === undefined) delete need.refusal;
    else need.refusal = refusal;
    return refusal === undefined ? found : undefined;
  }

  /** What we set and nobody changed: an administrator's own value stays. */
  function restore(key: string, ours: string | undefined): void {
    const original = record.settings[key];
    if (original !== undefined && (ours === undefined || sysctl.read(key) === ours))
      sysctl.write(key, original);
    remember({ ...record, settings: without(record.settings, key) });
  }

  return {
    set: (claimant, { key, value, keep }) => {
      const need = needs.get(key) ?? { value, keep, by: new Set() };
      need.by.add(claimant);
      needs.set(key, need);
      write(key, need);
    },
    claimLink: (claimant, { name, mac }) => {
      links.set(name, (links.get(name) ?? new Set()).add(claimant));
      remember({ ...record, links: { ...record.links, [name]: mac } });
    },
    release: (claimant) => {
      for (const [key, { by, value, keep }] of needs) {
        if (!by.delete(claimant) || by.size > 0) continue;
        needs.delete(key);
        if (keep) restore(key, value);
      }
      const free: string[] = [];
      for (const [name, by] of links) {
        if (!by.delete(claimant) || by.size > 0) continue;
        links.delete(name);
        free.push(name);
        remember({ ...record, links: without(record.links, name) });
      }
      return free;
    },
    releaseLeft: () => {
      for (const key of Object.keys(record.settings)) if (!needs.has(key)) restore(key, undefined);
      const left = new Map(Object.entries(record.links).filter(([name]) => !links.has(name)));
      for (const name of left.keys()) remember({ ...record, links: without(record.links, name) });
      return left;
    },
    check: () => {
      for (const [key, need] of needs) {
        const from = write(key, need);
        const [claimant] = need.by;
        if (from === undefined || claimant === undefined) continue;
        const { instance } = claimant;
        limit.note(`${instance} restored ${key}`, (count) =>
          emit({ event: 'vrrp.restored', instance, what: key, from, to: need.value, count }),
        );
      }
    },
    refused: (claimant) =>
      [...needs].flatMap(([key, { by, refusal }]) =>
        refusal !== undefined && by.has(claimant) ? [{ what: key, reason: refusal }] : [],
      ),
  };
}

function without(entries: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entries).filter(([each]) => each !== name));
}
