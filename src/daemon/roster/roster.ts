// Who the servers and peers are at present: between the config, which may name them or point to a file, and all that
// works with addresses. Joins what the resolver and the files say (roster/), tells what that changed, and keeps it for
// the next start, which may fall into an outage of DNS. It sends nothing to the kernel and checks no server.

import type { Journal } from '../../journal/event.ts';
import type { Config } from '../../model/config/config.ts';
import type { ConfigEnvironment } from '../../model/config/environment.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ResolveName, WatchText } from '../../ports/discovery.ts';
import { changesBetween, duplicateEvent } from '../../roster/changes.ts';
import { type Duplicate, effectiveVirtuals, type Known, questionsOf } from '../../roster/effective.ts';
import { effectivePeers, peerQuestions } from '../../roster/effective-peers.ts';
import type { Kept } from '../../roster/kept.ts';
import { createFleetFiles, type FileStatus } from './fleet-files.ts';
import { createNameKeeper, type NameStatus } from './name-keeper.ts';

/** Answers that come close together make one change. */
const gatherMs = 50;

export type RosterPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly resolveName: ResolveName;
  readonly watchText: WatchText;
  readonly environment: ConfigEnvironment;
  readonly initial: Kept;
  readonly save: (state: Kept) => void;
  /** effective() is another one. */
  readonly onChanged: () => void;
};

export type Roster = {
  /**
   * From now on this configuration. @returns it with the servers and peers of the moment, when something is known of
   * each name and file, or after `limitMs`: what comes later is a change.
   */
  readonly take: (config: Config, limitMs: number) => Promise<Config>;
  /** The same object while nothing changes. */
  readonly effective: () => Config;
  readonly status: () => RosterStatus;
  readonly stop: () => void;
};

export type RosterStatus = { readonly names: readonly NameStatus[]; readonly files: readonly FileStatus[] };

export function createRoster(ports: RosterPorts, initial: Config): Roster {
  const { clock, journal } = ports;
  let config = initial;
  let effective = initial;
  let duplicates: readonly string[] = [];
  let waiting: readonly string[] = [];
  let saved = JSON.stringify(ports.initial);
  let awaited: (() => void) | undefined;
  let cancelGather: (() => void) | undefined;

  const names = createNameKeeper({ ...ports, initial: ports.initial.names, onAnswer: gather });
  const files = createFleetFiles({ ...ports, initial: ports.initial.files, onChanged: gather });
  const known: Known = { addressesOf: names.addressesOf, fleetOf: files.fleetOf };
  const isSettled = () => names.isSettled() && files.isSettled();

  /** The configuration with the servers and peers of the moment. */
  function compute(): Config {
    // A file may bring names of its own.
    names.configure([...questionsOf(config.virtuals, known.fleetOf), ...peerQuestions(config.vrrp)]);
    const servers = effectiveVirtuals(config.virtuals, known);
    const peers = effectivePeers(config.vrrp, known.addressesOf);
    tellDuplicates(servers.duplicates);
    tellWaiting(peers.waiting);
    return { ...config, virtuals: servers.virtuals, vrrp: peers.instances };
  }

  function gather(): void {
    cancelGather ??= clock.after(gatherMs, () => {
      cancelGather = undefined;
      look();
    });
  }

  function look(): void {
    const before = effective;
    const next = compute();
    const isSame = sameEach(next.virtuals, before.virtuals) && sameEach(next.vrrp, before.vrrp);
    if (!isSame) effective = next;
    if (awaited === undefined && !isSame) {
      for (const event of changesBetween(before, effective)) journal(event);
      ports.onChanged();
    }
    keep();
    if (isSettled()) awaited?.();
  }

  function keep(): void {
    const state = { names: names.known(), files: files.known() };
    const text = JSON.stringify(state);
    if (text === saved) return;
    saved = text;
    ports.save(state);
  }

  function tellDuplicates(found: readonly Duplicate[]): void {
    const events = found.map(duplicateEvent);
    for (const event of events) if (!duplicates.includes(JSON.stringify(event))) journal(event);
    duplicates = events.map((event) => JSON.stringify(event));
  }

  function tellWaiting(instances: readonly string[]): void {
    // Before the first answers, nothing is known of anybody.
    if (!isSettled()) return;
    for (const instance of instances.filter((name) => !waiting.includes(name))) {
      const peers = config.vrrp.find(({ name }) => name === instance)?.peerNames ?? [];
      journal({ event: 'vrrp.peers_unknown', instance, names: peers.map(({ name }) => name) });
    }
    waiting = instances;
  }

  function settled(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(limitMs, () => awaited?.());
      awaited = () => {
        cancel();
        awaited = undefined;
        resolve();
      };
    });
  }

  return {
    take: async (next, limitMs) => {
      config = next;
      files.configure(next);
      effective = compute();
      if (!isSettled()) {
        await settled(limitMs);
        effective = compute();
      }
      keep();
      return effective;
    },
    effective: () => effective,
    status: () => ({ names: names.status(), files: files.status() }),
    stop: () => {
      cancelGather?.();
      names.stop();
      files.stop();
      awaited?.();
    },
  };
}

/** What no name or file bears on is the very same; of ten thousand servers, few are to be compared. */
const sameEach = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length &&
  a.every((each, index) => each === b[index] || JSON.stringify(each) === JSON.stringify(b[index]));
