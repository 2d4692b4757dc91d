// What the resolver and the files say, joined with a configuration that names servers and peers, and kept for the next
// start, which may fall into an outage of DNS. When that is a change is roster.ts's.

import type { Journal } from '../../journal/event.ts';
import type { Config } from '../../model/config/config.ts';
import type { ConfigEnvironment } from '../../model/config/environment.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ResolveName, WatchText } from '../../ports/discovery.ts';
import { effectiveVirtuals, type Known, questionsOf } from '../../roster/effective.ts';
import { effectivePeers, peerQuestions } from '../../roster/effective-peers.ts';
import type { Kept } from '../../roster/kept.ts';
import type { FileStatus } from './fleet-file.ts';
import { createFleetFiles } from './fleet-files.ts';
import { createNameKeeper, type NameStatus } from './name-keeper.ts';
import { createRosterTeller } from './roster-teller.ts';

export type RosterSourcesPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly resolveName: ResolveName;
  readonly watchText: WatchText;
  readonly environment: ConfigEnvironment;
  readonly initial: Kept;
  readonly save: (state: Kept) => void;
};

export type RosterStatus = { readonly names: readonly NameStatus[]; readonly files: readonly FileStatus[] };

export type RosterSources = {
  /** From now on the files of this configuration. */
  readonly configure: (config: Config) => void;
  /** From now on its names as well. @returns it with the servers and peers of the moment. */
  readonly effective: (config: Config) => Config;
  /** Whether something is known of each name and file. */
  readonly isSettled: () => boolean;
  /** Saves what is known, where it is not as it was saved last. */
  readonly keep: () => void;
  readonly status: () => RosterStatus;
  readonly stop: () => void;
};

/** @param onNews a name or a file has something to say. */
export function createRosterSources(ports: RosterSourcesPorts, onNews: () => void): RosterSources {
  const names = createNameKeeper({ ...ports, initial: ports.initial.names, onAnswer: onNews });
  const files = createFleetFiles({ ...ports, initial: ports.initial.files, onChanged: onNews });
  const known: Known = { addressesOf: names.addressesOf, fleetOf: files.fleetOf };
  const teller = createRosterTeller(ports.journal);
  const isSettled = () => names.isSettled() && files.isSettled();
  let saved = JSON.stringify(ports.initial);

  return {
    configure: files.configure,
    effective: (config) => {
      // A file may bring names of its own.
      names.configure([...questionsOf(config.virtuals, known.fleetOf), ...peerQuestions(config.vrrp)]);
      const servers = effectiveVirtuals(config.virtuals, known);
      const peers = effectivePeers(config.vrrp, known.addressesOf);
      teller.tellDuplicates(servers.duplicates);
      // Before the first answers, nothing is known of anybody.
      if (isSettled()) teller.tellWaiting(peers.waiting, config.vrrp);
      return { ...config, virtuals: servers.virtuals, vrrp: peers.instances };
    },
    isSettled,
    keep: () => {
      const state = { names: names.known(), files: files.known() };
      const text = JSON.stringify(state);
      if (text === saved) return;
      saved = text;
      ports.save(state);
    },
    status: () => ({ names: names.status(), files: files.status() }),
    stop: () => {
      names.stop();
      files.stop();
    },
  };
}
