// What IPVS holds beside its table, kept as configured: timeouts, sysctls and sync daemons. Passes happen on every
// change of roles and every resync interval. All is left as it was found when the daemon stops, or where the
// configuration no longer speaks of it; a daemon that was killed leaves that to its successor.
// Without such configuration, and nothing remembered, the kernel is neither asked nor told anything.

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { IpvsConfig } from '../../model/config/ipvs.ts';
import type { SyncDaemon, SyncState } from '../../model/director.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import type { DirectorKernel, KernelError } from '../../ports/kernel.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import type { DirectorChanges } from '../../reconcile/director-plan.ts';
import { type Settings, wantedSettings } from '../../reconcile/director-settings.ts';
import { flushMs, syncRoleOf } from '../../reconcile/sync-daemons.ts';
import { createAttempts } from '../pace/attempts.ts';
import type { Refusal } from '../pace/backoff.ts';
import { createQueue, createTimer } from '../pace/pacing.ts';
import type { DirectorMemoryPort } from './director-memory.ts';
import { createSettingAccess } from './setting-access.ts';
import { createSettingKeeper, type HeldSetting } from './setting-keeper.ts';
import { createSyncKeeper, type SyncGoal } from './sync-keeper.ts';

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
  const { clock, memory } = options;
  const attempts = createAttempts(options);
  const before = memory.read();
  const remember = () =>
    memory.write({ settings: Object.fromEntries(settings.originals()), syncDaemons: [...daemons.ours()] });
  const settings = createSettingKeeper(
    {
      ...{ ...options, attempts, onOriginals: remember },
      access: createSettingAccess(options.kernel, options.sysctl),
    },
    new Map(Object.entries(before.settings)),
  );
  const daemons = createSyncKeeper({ ...options, attempts, onOurs: remember }, new Set(before.syncDaemons));
  const oneAtATime = createQueue();
  const phases = new Map<string, Phase>();
  let ipvs = nothing;
  let wanted: Settings = new Map();
  let lingering: { readonly state: SyncState; readonly until: Micros } | undefined;
  let stopped = false;
  const timer = createTimer(clock, () => void oneAtATime(pass));

  const goal = (): SyncGoal => {
    const { sync } = ipvs;
    const stays = lingering !== undefined && lingering.until > clock.now();
    return {
      sync,
      role: sync?.mode === 'role' ? syncRoleOf(phases.get(sync.instance)) : undefined,
      lingering: stays ? lingering?.state : undefined,
    };
  };

  const isNeeded = (): boolean =>
    wanted.size > 0 || ipvs.sync !== undefined || settings.originals().size > 0 || daemons.ours().size > 0;

  const pass = async (): Promise<void> => {
    timer.cancel();
    if (stopped || !isNeeded()) return;
    await settle();
    timer.within(nextPassMs());
  };

  /** Sysctls first: a sync daemon takes some of them up when it starts. */
  const settle = async (): Promise<void> => {
    const answer = await options.kernel.timeouts();
    if (!answer.ok) return tellLost(answer.error);
    const asked = [...(await settings.pass(wanted)), ...(await daemons.pass(goal()))];
    attempts.keepOnly(new Set(asked));
  };

  /** Told once for all that is configured, and of nothing at all not even that. */
  const tellLost = (error: KernelError): void => {
    attempts.keepOnly(new Set([reading]));
    if (wanted.size === 0 && ipvs.sync === undefined) return;
    if (attempts.isDue(reading)) attempts.record(reading, error);
  };

  const nextPassMs = (): number => {
    const msUntil = (at: Micros | undefined) =>
      at === undefined || at <= clock.now() ? Number.POSITIVE_INFINITY : (at - clock.now()) / 1000;
    const retryMs = Math.max(0, ((attempts.nextAt() ?? Number.POSITIVE_INFINITY) - clock.now()) / 1000);
    return Math.min(ipvs.resyncIntervalMs, retryMs, msUntil(lingering?.until));
  };

  const heard = (event: JournalEvent): void => {
    if (event.event !== 'vrrp.transition') return;
    const role = syncRoleOf(phases.get(event.instance));
    // Its role was resigned: another director has it, or will.
    const phase = event.reason === 'vrrp_process_lost' ? 'backup' : event.to;
    phases.set(event.instance, phase);
    if (stopped || ipvs.sync?.mode !== 'role' || ipvs.sync.instance !== event.instance) return;
    const next = syncRoleOf(phase);
    if (next === role) return;
    if (role !== undefined && next !== undefined)
      lingering = { state: role, until: clock.now() + flushMs * 1000 };
    timer.within(0);
  };

  /** What a master holds back would be lost with it (reconcile/sync-daemons.ts). */
  const flush = async (): Promise<void> => {
    const isMaster = daemons.running().some(({ state }) => state === 'master');
    if (!isMaster || !daemons.ours().has('master')) return;
    await new Promise<void>((resolve) => clock.after(flushMs, resolve));
  };

  return {
    configure: (next) => {
      [ipvs, wanted] = [next, wantedSettings(next)];
      attempts.clear();
      return oneAtATime(pass);
    },
    heard,
    status: () => ({
      settings: settings.held(),
      syncDaemons: ipvs.sync === undefined ? [] : daemons.running(),
      refused: attempts.list(),
    }),
    plan: () =>
      oneAtATime(async () => ({
        settings: await settings.plan(wanted),
        syncDaemons: await daemons.plan(goal()),
      })),
    stop: () => {
      stopped = true;
      timer.cancel();
      return oneAtATime(async () => {
        if (!isNeeded()) return;
        await flush();
        [ipvs, wanted] = [nothing, new Map()];
        attempts.clear();
        await settle();
      });
    },
  };
}
