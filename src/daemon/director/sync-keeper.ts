// One pass over the sync daemons of the kernel: read, compare, end and start, tell. Which should run is
// reconcile/sync-daemons.ts's, when passes happen director-loop.ts's.

import type { Journal } from '../../journal/event.ts';
import type { SyncConfig } from '../../model/config/ipvs.ts';
import type { SyncDaemon, SyncState } from '../../model/director.ts';
import type { DirectorKernel, KernelError } from '../../ports/kernel.ts';
import {
  describeSyncDaemon,
  describeSyncOperation,
  desireSyncDaemons,
  diffSyncDaemons,
  type SyncOperation,
  type SyncSituation,
} from '../../reconcile/sync-daemons.ts';
import type { Attempts } from '../pace/attempts.ts';

export type SyncGoal = {
  readonly sync: SyncConfig | undefined;
  readonly role: SyncSituation['role'];
  readonly lingering: SyncSituation['lingering'];
};

export type SyncKeeperOptions = {
  readonly kernel: DirectorKernel;
  readonly attempts: Attempts;
  readonly journal: Journal;
  /** Which daemons are of this program; told of a new one before it starts. */
  readonly onOurs: (states: ReadonlySet<SyncState>) => void;
};

export type SyncKeeper = {
  /** @returns the operations that it asked for, done or not. */
  readonly pass: (goal: SyncGoal) => Promise<readonly string[]>;
  readonly plan: (goal: SyncGoal) => Promise<readonly SyncOperation[]>;
  /** As the last pass left them. */
  readonly running: () => readonly SyncDaemon[];
  readonly ours: () => ReadonlySet<SyncState>;
};

const reading = 'ipvsadm -l --daemon';

export function createSyncKeeper(options: SyncKeeperOptions, remembered: ReadonlySet<SyncState>): SyncKeeper {
  const { kernel, attempts, journal } = options;
  let ours = remembered;
  let running: readonly SyncDaemon[] = [];
  /** What the last pass wanted and saw done. */
  let settled: { readonly goal: string; readonly sync: SyncConfig | undefined } | undefined;

  const isNeeded = ({ sync }: SyncGoal): boolean => sync !== undefined || ours.size > 0;

  const own = (states: ReadonlySet<SyncState>) => {
    if (states.size === ours.size && [...states].every((state) => ours.has(state))) return;
    ours = states;
    options.onOurs(states);
  };

  /** @returns whether it is done. */
  const send = async (operation: SyncOperation, why: SyncReason): Promise<boolean> => {
    const name = describeSyncOperation(operation);
    if (!attempts.isDue(name)) return false;
    const { type, daemon } = operation;
    const { state } = daemon;
    if (type === 'startSyncDaemon') own(new Set([...ours, state]));
    const error = await sendTo(kernel, operation);
    attempts.record(name, error);
    if (error !== undefined) return false;
    const others = running.filter((each) => each.state !== state);
    running = type === 'startSyncDaemon' ? [...others, daemon] : others;
    if (type === 'stopSyncDaemon') own(new Set([...ours].filter((each) => each !== state)));
    const action = type === 'startSyncDaemon' ? 'started' : 'stopped';
    journal({ event: 'ipvs.sync_daemon', state, action, daemon: describeSyncDaemon(daemon), why });
    return true;
  };

  const pass = async (goal: SyncGoal): Promise<readonly string[]> => {
    if (!isNeeded(goal)) return [];
    if (!attempts.isDue(reading)) return [reading];
    const answer = await kernel.syncDaemons();
    attempts.record(reading, answer.ok ? undefined : answer.error);
    if (!answer.ok) return [reading];
    running = answer.value;
    const operations = propose(goal, running, ours);
    const why = reasonOf(goal, settled);
    let isWhole = true;
    for (const operation of operations) isWhole = (await send(operation, why)) && isWhole;
    if (isWhole) settled = { goal: JSON.stringify(goal), sync: goal.sync };
    return operations.map(describeSyncOperation);
  };

  return {
    pass,
    plan: async (goal) => {
      if (!isNeeded(goal)) return [];
      const answer = await kernel.syncDaemons();
      if (answer.ok) running = answer.value;
      return answer.ok ? propose(goal, running, ours) : [];
    },
    running: () => running,
    ours: () => ours,
  };
}

const propose = (goal: SyncGoal, running: readonly SyncDaemon[], ours: ReadonlySet<SyncState>) =>
  diffSyncDaemons(running, desireSyncDaemons(goal.sync, running, { ...goal, ours }));

async function sendTo(
  kernel: DirectorKernel,
  { type, daemon }: SyncOperation,
): Promise<KernelError | undefined> {
  if (type === 'startSyncDaemon') return kernel.startSyncDaemon(daemon);
  const error = await kernel.stopSyncDaemon(daemon.state);
  // It has ended in the meantime, which is what was wanted.
  return error?.code === 'ESRCH' ? undefined : error;
}

type SyncReason = 'configured' | 'role' | 'drift' | 'stopped';

/** Nothing changed since all was as it should be: then somebody else changed the kernel. */
function reasonOf(
  goal: SyncGoal,
  settled: { readonly goal: string; readonly sync: SyncConfig | undefined } | undefined,
): SyncReason {
  if (goal.sync === undefined) return 'stopped';
  if (settled?.goal === JSON.stringify(goal)) return 'drift';
  return JSON.stringify(settled?.sync) === JSON.stringify(goal.sync) ? 'role' : 'configured';
}
