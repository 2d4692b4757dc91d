// What instances change beside their addresses for as long as they run, counted by who needs it: settings of the
// kernel for an interface, and macvlans. The last one that needs a setting restores what was there before the first
// change, which is remembered in state_dir before that change, so that whoever survives can. A boot makes it void.

import type { Emit } from '../../../journal/event.ts';
import type { ClaimMemory, ClaimRecord } from '../../../ports/claim-memory.ts';
import type { Sysctl } from '../../../ports/sysctl.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';

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

type Ledger = ClaimPorts & {
  readonly needs: Map<string, Need>;
  readonly links: Map<string, Set<Claimant>>;
  /** As in the memory. */
  record: ClaimRecord;
};

export function createClaims(ports: ClaimPorts): Claims {
  const ledger: Ledger = { ...ports, needs: new Map(), links: new Map(), record: ports.memory.read() };
  const { needs, links } = ledger;
  return {
    set: (claimant, { key, value, keep }) => {
      const need = needs.get(key) ?? { value, keep, by: new Set() };
      need.by.add(claimant);
      needs.set(key, need);
      write(ledger, key, need);
    },
    claimLink: (claimant, { name, mac }) => {
      links.set(name, (links.get(name) ?? new Set()).add(claimant));
      rememberLinks(ledger, { ...ledger.record.links, [name]: mac });
    },
    release: (claimant) => release(ledger, claimant),
    releaseLeft: () => {
      const { settings, links: recorded } = ledger.record;
      for (const key of Object.keys(settings)) if (!needs.has(key)) restore(ledger, key, undefined);
      const left = new Map(Object.entries(recorded).filter(([name]) => !links.has(name)));
      for (const name of left.keys()) rememberLinks(ledger, without(ledger.record.links, name));
      return left;
    },
    check: () => check(ledger),
    refused: (claimant) =>
      [...needs].flatMap(([key, { by, refusal }]) =>
        refusal !== undefined && by.has(claimant) ? [{ what: key, reason: refusal }] : [],
      ),
  };
}

function remember(ledger: Ledger, next: ClaimRecord): void {
  if (JSON.stringify(next) === JSON.stringify(ledger.record)) return;
  ledger.record = next;
  ledger.memory.write(next);
}

const rememberLinks = (ledger: Ledger, links: ClaimRecord['links']) =>
  remember(ledger, { ...ledger.record, links });

const rememberSettings = (ledger: Ledger, settings: ClaimRecord['settings']) =>
  remember(ledger, { ...ledger.record, settings });

/** @returns what was there, where it was another. */
function write(ledger: Ledger, key: string, need: Need): string | undefined {
  const { sysctl, record } = ledger;
  const found = sysctl.read(key);
  if (found === undefined || found === need.value) return undefined;
  if (need.keep && record.settings[key] === undefined)
    rememberSettings(ledger, { ...record.settings, [key]: found });
  const refusal = sysctl.write(key, need.value);
  if (refusal === undefined) delete need.refusal;
  else need.refusal = refusal;
  return refusal === undefined ? found : undefined;
}

/** What we set and nobody changed: an administrator's own value stays. */
function restore(ledger: Ledger, key: string, ours: string | undefined): void {
  const { sysctl, record } = ledger;
  const original = record.settings[key];
  if (original !== undefined && (ours === undefined || sysctl.read(key) === ours))
    sysctl.write(key, original);
  rememberSettings(ledger, without(record.settings, key));
}

/** @returns the macvlans that nobody needs any more. */
function release(ledger: Ledger, claimant: Claimant): readonly string[] {
  const { needs, links } = ledger;
  for (const [key, { by, value, keep }] of needs) {
    if (!by.delete(claimant) || by.size > 0) continue;
    needs.delete(key);
    if (keep) restore(ledger, key, value);
  }
  const free = [...links].filter(([, by]) => by.delete(claimant) && by.size === 0).map(([name]) => name);
  for (const name of free) {
    links.delete(name);
    rememberLinks(ledger, without(ledger.record.links, name));
  }
  return free;
}

function check(ledger: Ledger): void {
  for (const [key, need] of ledger.needs) {
    const from = write(ledger, key, need);
    const [claimant] = need.by;
    if (from === undefined || claimant === undefined) continue;
    const { instance } = claimant;
    ledger.limit.note(`${instance} restored ${key}`, (count) =>
      ledger.emit({ event: 'vrrp.restored', instance, what: key, from, to: need.value, count }),
    );
  }
}

function without(entries: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(entries).filter(([each]) => each !== name));
}
