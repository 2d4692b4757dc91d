// Keeps asking for the names that the config has, each when its last answer says so, and tells how that goes: the
// first failure and the recovery, not each time. What an answer means is roster/name-record's.

import type { Journal } from '../../journal/event.ts';
import type { Ip } from '../../net/ip.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import type { ResolveName } from '../../ports/discovery.ts';
import { listed } from '../../roster/changes.ts';
import { type Question, questionKey } from '../../roster/effective.ts';
import {
  absentKeptMs,
  type NameEffect,
  type NameRecord,
  newRecord,
  stepName,
} from '../../roster/name-record.ts';

export type NameKeeperPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly resolveName: ResolveName;
  /** Addresses by {@link questionKey}, of the last run. */
  readonly initial: Readonly<Record<string, readonly Ip[]>>;
  /** Addresses have changed, or a name was answered for the first time. */
  readonly onAnswer: () => void;
};

export type NameStatus = {
  readonly name: string;
  readonly family: 'inet' | 'inet6';
  readonly addresses: readonly string[];
  /** Why they are not the resolver's present word; absent: they are. */
  readonly reason?: string;
  readonly failedForMs?: number;
};

export type NameKeeper = {
  /** From now on these names; what is known of one that stays goes on. */
  readonly configure: (questions: readonly Question[]) => void;
  readonly addressesOf: (question: Question) => readonly Ip[];
  /** Whether each has addresses, or has at least been asked for. */
  readonly isSettled: () => boolean;
  /** What is worth keeping for the next run. */
  readonly known: () => Readonly<Record<string, readonly Ip[]>>;
  readonly status: () => readonly NameStatus[];
  readonly stop: () => void;
};

type Entry = {
  readonly question: Question;
  record: NameRecord;
  cancel: () => void;
};

export function createNameKeeper(ports: NameKeeperPorts): NameKeeper {
  const { clock, journal } = ports;
  let entries = new Map<string, Entry>();

  async function ask(entry: Entry): Promise<void> {
    const { name, family } = entry.question;
    const answer = await ports.resolveName(name, family);
    // It may have left the configuration meanwhile.
    if (entries.get(questionKey(entry.question)) !== entry) return;
    const before = entry.record;
    const { record, effects, askAgainMs } = stepName(before, answer, clock.now());
    entry.record = record;
    for (const effect of effects) tell(journal, entry, effect);
    entry.cancel = clock.after(askAgainMs, () => void ask(entry));
    if (!before.answered || before.addresses.join() !== record.addresses.join()) ports.onAnswer();
  }

  function enter(question: Question): Entry {
    const key = questionKey(question);
    const known = entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = { question, record: newRecord(ports.initial[key]), cancel: () => {} };
    entries.set(key, entry);
    void ask(entry);
    return entry;
  }

  return {
    configure: (questions) => {
      const wanted = new Set(questions.map(questionKey));
      const gone = [...entries].filter(([key]) => !wanted.has(key));
      entries = new Map([...entries].filter(([key]) => wanted.has(key)));
      for (const [, { cancel }] of gone) cancel();
      for (const question of questions) enter(question);
    },
    addressesOf: (question) => entries.get(questionKey(question))?.record.addresses ?? [],
    isSettled: () =>
      [...entries.values()].every(({ record }) => record.answered || record.addresses.length > 0),
    known: () =>
      Object.fromEntries(
        [...entries].flatMap(([key, { record }]) =>
          record.addresses.length > 0 ? [[key, record.addresses] as const] : [],
        ),
      ),
    status: () => [...entries.values()].map((entry) => statusOf(entry, clock.now())),
    stop: () => {
      for (const { cancel } of entries.values()) cancel();
      entries = new Map();
    },
  };
}

function tell(journal: Journal, { question, record }: Entry, effect: NameEffect): void {
  const { name, family } = question;
  switch (effect.type) {
    case 'failed': {
      const kept_s = record.failing?.absentSince === undefined ? {} : { kept_s: absentKeptMs / 1000 };
      const kept = listed(record.addresses);
      journal({
        ...{ event: 'names.failed', name, family, reason: effect.reason, kept },
        ...(kept.length > 0 && kept_s),
      });
      return;
    }
    case 'recovered':
      journal({
        ...{ event: 'names.recovered', name, family, addresses: listed(record.addresses) },
        failed_s: Math.round(effect.afterUs / 1e6),
      });
      return;
    case 'forgotten':
      journal({ event: 'names.forgotten', name, family, addresses: listed(effect.addresses) });
      return;
  }
}

function statusOf({ question, record }: Entry, now: Micros): NameStatus {
  const { failing, addresses, answered } = record;
  const reason = failing?.reason ?? (answered ? undefined : 'not answered yet');
  return {
    ...question,
    addresses,
    ...(reason !== undefined && { reason }),
    ...(failing !== undefined && { failedForMs: Math.round((now - failing.since) / 1000) }),
  };
}
