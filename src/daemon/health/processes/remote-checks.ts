// The checks that others make: who makes which (health/shares.ts), and what the processes are told of it. Each has a new id
// wherever it goes, so that what its process of before still says of it is nobody's.

import { createShares, type Move, type Shares } from '../../../health/shares.ts';
import type { CheckStarterOptions } from '../check-starter.ts';
import type { ScheduledCheck } from '../scheduled-check.ts';
import { type RemoteCheck, remoteOf, taskOf } from './remote-check.ts';
import type { TaskQueue } from './task-queue.ts';

/** How soon the word of the operator counts who lets servers be checked again. */
const releaseMs = 1000;

export type RemoteChecks = {
  readonly options: Pick<CheckStarterOptions, 'clock' | 'mayStart'>;
  readonly tasks: TaskQueue;
  readonly shares: Shares;
  readonly byKey: Map<string, RemoteCheck>;
  readonly byId: Map<number, RemoteCheck>;
  /** Those that nobody can be given now. */
  readonly unplaced: Set<string>;
  lastId: number;
  cancelRelease: (() => void) | undefined;
};

export const noRemoteChecks = (options: RemoteChecks['options'], tasks: TaskQueue): RemoteChecks => ({
  ...{ options, tasks, shares: createShares(), lastId: 0, cancelRelease: undefined },
  ...{ byKey: new Map(), byId: new Map(), unplaced: new Set() },
});

/** Others make it from its next start on. */
export function entrust(remote: RemoteChecks, check: ScheduledCheck): void {
  const known = remoteOf(check, !remote.options.mayStart(check.key));
  remote.byKey.set(check.key, known);
  place(remote, known);
  if (known.held) watchHeld(remote);
}

export function forget(remote: RemoteChecks, key: string): void {
  const check = remote.byKey.get(key);
  if (check === undefined) return;
  const index = remote.shares.processOf(key);
  remote.byKey.delete(key);
  remote.byId.delete(check.id);
  remote.unplaced.delete(key);
  remote.shares.remove(key);
  if (index !== undefined) remote.tasks.end(index, check.id);
}

export function place(remote: RemoteChecks, check: RemoteCheck): void {
  const index = remote.shares.place(check);
  if (index === undefined) remote.unplaced.add(check.key);
  else give(remote, check, index);
}

function give(remote: RemoteChecks, check: RemoteCheck, index: number): void {
  remote.byId.delete(check.id);
  check.id = ++remote.lastId;
  check.said = undefined;
  remote.byId.set(check.id, check);
  remote.tasks.begin(index, taskOf(check));
}

export function follow(remote: RemoteChecks, moves: readonly Move[]): void {
  for (const { key, from, to } of moves) {
    const check = remote.byKey.get(key);
    if (check === undefined) continue;
    remote.tasks.end(from, check.id);
    give(remote, check, to);
  }
}

/** A process has begun: it is given what the one before it had, or a share of all. */
export function supply(remote: RemoteChecks, index: number): void {
  remote.tasks.forget(index);
  for (const check of knownOf(remote, remote.shares.keysOf(index))) give(remote, check, index);
  follow(remote, remote.shares.open(index));
  const waiting = [...remote.unplaced];
  remote.unplaced.clear();
  for (const check of knownOf(remote, waiting)) place(remote, check);
}

/** A process is there no more, and nobody in its place. @returns what it had, for others. */
export function abandon(remote: RemoteChecks, index: number): readonly RemoteCheck[] {
  remote.tasks.forget(index);
  const left = remote.shares.close(index).map(({ key }) => key);
  const checks = knownOf(remote, left);
  for (const { id } of checks) remote.byId.delete(id);
  return checks;
}

const knownOf = ({ byKey }: RemoteChecks, keys: readonly string[]): readonly RemoteCheck[] =>
  keys.flatMap((key) => byKey.get(key) ?? []);

/** The operator may hold out all that it judges, and let it be checked again. */
export function heed(remote: RemoteChecks, check: RemoteCheck): void {
  const held = !remote.options.mayStart(check.key);
  if (held === check.held) return;
  check.held = held;
  const index = remote.shares.processOf(check.key);
  if (index !== undefined) remote.tasks.tell(index, { type: 'hold', id: check.id, held });
  if (held) watchHeld(remote);
}

/** What is not made says nothing, after which to ask. */
function watchHeld(remote: RemoteChecks): void {
  remote.cancelRelease ??= remote.options.clock.after(releaseMs, () => {
    remote.cancelRelease = undefined;
    const held = [...remote.byKey.values()].filter((check) => check.held);
    for (const check of held) heed(remote, check);
    if (held.some((check) => check.held)) watchHeld(remote);
  });
}
