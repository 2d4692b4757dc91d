// What IPVS holds beside its table, kept as configured: timeouts, sysctls and sync daemons. Passes happen on every
// change of roles and every resync interval. All is left as it was found when the daemon stops, or where the
// configuration no longer speaks of it; a daemon that was killed leaves that to its successor.
// Without such configuration, and nothing remembered, the kernel is neither asked nor told anything.

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { IpvsConfig } from '../../model/config/ipvs.ts';
import type { SyncDaemon } from '../../model/director.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DirectorKernel } from '../../ports/kernel.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import type { DirectorChanges } from '../../reconcile/director-plan.ts';
import { type Settings, wantedSettings } from '../../reconcile/director-settings.ts';
import { flushMs } from '../../reconcile/sync-daemons.ts';
import { type Attempts, createAttempts } from '../pace/attempts.ts';
import type { Refusal } from '../pace/backoff.ts';
import { createKeeperLoop, msUntilFirst } from '../pace/keeper-loop.ts';
import type { DirectorMemoryPort } from './director-memory.ts';
import { createSettingAccess } from './setting-access.ts';
import { createSettingKeeper, type HeldSetting } from './setting-keeper.ts';
import { createSyncKeeper, type SyncKeeper } from './sync-keeper.ts';
import { createSyncRoles } from './sync-roles.ts';

export type DirectorLoopOptions = {
  readonly kernel: DirectorKernel;
  readonly sysctl: Sysctl;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly memory: DirectorMemoryPort;
};

export type DirectorLoopStatus = {
  /** Those that are configured. */
  readonly settings: readonly HeldSetting[];
  /** Those that run, whoever started them; empty where none are configured. */
  readonly syncDaemons: readonly SyncDaemon[];
  readonly refused: readonly Refusal[];
};

export type DirectorLoop = {
  /** @returns when a pass with it has ended. */
  readonly configure: (ipvs: IpvsConfig) => Promise<void>;
  /** To be told every event: the role of an instance is the sync daemons'. */
  readonly heard: (event: JournalEvent) => void;
  readonly status: () => DirectorLoopStatus;
  /** What a pass would do now. */
  readonly plan: () => Promise<DirectorChanges>;
  /** Ends what this program started and puts back what it set. A master is given the time to send what it holds. */
  readonly stop: () => Promise<void>;
};

/** What every pass begins with: without IPVS all else would fail in the same way. */
const reading = 'ipvsadm -l --timeout';
const nothing: IpvsConfig = { resyncIntervalMs: 5000, foreign: 'keep' };

export function createDirectorLoop(options: DirectorLoopOptions): DirectorLoop {
  const { clock, kernel } = options;
  const attempts = createAttempts(options);
  const { settings, daemons } = createKeepers(options, attempts);
  const roles = createSyncRoles(clock);
  let ipvs = nothing;
  let wanted: Settings = new Map();

  const isAsked = (): boolean => wanted.size > 0 || ipvs.sync !== undefined;
  const isNeeded = (): boolean => isAsked() || settings.originals().size > 0 || daemons.ours().size > 0;

  /** Sysctls first: a sync daemon takes some of them up when it starts. */
  const settle = async (): Promise<void> => {
    const answer = await kernel.timeouts();
    if (!answer.ok) {
      attempts.keepOnly(new Set([reading]));
      // Told once for all that is configured, and of nothing at all not even that.
      if (isAsked() && attempts.isDue(reading)) attempts.record(reading, answer.error);
      return;
    }
    const asked = [...(await settings.pass(wanted)), ...(await daemons.pass(roles.goal(ipvs.sync)))];
    attempts.keepOnly(new Set(asked));
  };

  const loop = createKeeperLoop(clock, async () => {
    if (!isNeeded()) return undefined;
    await settle();
    const dueMs = msUntilFirst(clock.now(), attempts.nextAt(), roles.lingersUntil());
    return Math.min(ipvs.resyncIntervalMs, dueMs);
  });

  return {
    configure: (next) => {
      [ipvs, wanted] = [next, wantedSettings(next)];
      attempts.clear();
      return loop.passNow();
    },
    heard: (event) => {
      if (roles.heard(event, ipvs.sync)) loop.within(0);
    },
    status: () => ({
      settings: settings.held(),
      syncDaemons: ipvs.sync === undefined ? [] : daemons.running(),
      refused: attempts.list(),
    }),
    plan: () =>
      loop.inTurn(async () => ({
        settings: await settings.plan(wanted),
        syncDaemons: await daemons.plan(roles.goal(ipvs.sync)),
      })),
    stop: () =>
      loop.stop(async () => {
        if (!isNeeded()) return;
        if (holdsBack(daemons)) await new Promise<void>((resolve) => clock.after(flushMs, resolve));
        [ipvs, wanted] = [nothing, new Map()];
        attempts.clear();
        await settle();
      }),
  };
}

/** Both remember, for the next run, what is to be put back. */
function createKeepers(options: DirectorLoopOptions, attempts: Attempts) {
  const { kernel, sysctl, memory, journal } = options;
  const before = memory.read();
  const remember = () =>
    memory.write({ settings: Object.fromEntries(settings.originals()), syncDaemons: [...daemons.ours()] });
  const settings = createSettingKeeper(
    { access: createSettingAccess(kernel, sysctl), attempts, journal, onOriginals: remember },
    new Map(Object.entries(before.settings)),
  );
  const daemons = createSyncKeeper(
    { kernel, attempts, journal, onOurs: remember },
    new Set(before.syncDaemons),
  );
  return { settings, daemons };
}

/** What a master of ours holds back would be lost with it (reconcile/sync-daemons.ts). */
const holdsBack = ({ running, ours }: SyncKeeper): boolean =>
  running().some(({ state }) => state === 'master') && ours().has('master');
