// What the VRRP process tells the main process of itself, and how often: its status, for people, and snapshots, to
// resume from after a crash. Bounded, however many transitions and adverts there are.
import type { Clock, EventLoop, Micros } from '../../ports/clock.ts';
import type { createLatenessHistogram } from '../pace/lateness.ts';
import { beatMs } from '../pace/liveness.ts';
import type { VrrpSnapshot } from './messages.ts';
import type { RouterShell } from './router/router-ports.ts';
import type { VrrpChannel } from './vrrp-ports.ts';

/** At least; else half an advert interval, of the shortest: resuming needs none that is newer. */
const snapshotEveryUsMin = 50_000;
/** Beyond that many of either, the status that nobody asked for is told less often. */
const instancesABeat = 50;
const addressesABeat = 500;

export type TellingPorts = {
  readonly clock: Clock & EventLoop;
  readonly channel: VrrpChannel;
  readonly process: { readonly pid: number; readonly realtime: boolean; readonly memoryLocked: boolean };
  readonly lateness: ReturnType<typeof createLatenessHistogram>;
  readonly running: () => readonly RouterShell[];
  /** How many virtual addresses all that run have. */
  readonly addresses: () => number;
  /** Of what is no router's. */
  readonly problems: () => readonly string[];
};

export type Telling = {
  readonly status: () => void;
  readonly snapshot: () => void;
  /** A transition happened, or an advert was really sent. */
  readonly onProgress: (what: 'transition' | 'advert') => void;
  /** The status that nobody asked for, where it is due, and a snapshot. @returns whether it was, and is the heartbeat. */
  readonly onBeat: (isLoaded: boolean) => boolean;
  /** The advert intervals of all that run. */
  readonly pace: (intervalsMs: readonly number[]) => void;
};

export function createTelling(ports: TellingPorts): Telling {
  const { clock, channel, running } = ports;
  let snapshotAt = Number.NEGATIVE_INFINITY;
  let cancelSnapshot: (() => void) | undefined;
  let snapshotEveryUs = snapshotEveryUsMin;
  /** It goes with the next beat, which comes soon enough: each message wakes the main process. */
  let isSnapshotDue = false;
  let tellingSoon = false;
  let beats = 0;

  const takeSnapshot = (): VrrpSnapshot => {
    cancelSnapshot?.();
    cancelSnapshot = undefined;
    isSnapshotDue = false;
    snapshotAt = clock.now();
    return { takenAt: snapshotAt, instances: running().map((router) => router.snapshot()) };
  };

  const snapshot = () => channel.send({ type: 'snapshot', snapshot: takeSnapshot() });

  const status = (snapshot?: VrrpSnapshot, at?: Micros) =>
    channel.send({
      ...statusOf(ports),
      ...(at !== undefined && { at }),
      ...(snapshot !== undefined && { snapshot }),
    });

  /** Many transitions at once, as when a link dies under all instances, are told once. */
  function soon(): void {
    if (tellingSoon) return;
    tellingSoon = true;
    clock.afterPoll(() => {
      tellingSoon = false;
      status(takeSnapshot());
    });
  }

  return {
    status: () => status(),
    snapshot,
    onProgress: (what) => {
      if (what === 'transition') soon();
      else if (snapshotEveryUs >= 1000 * beatMs) isSnapshotDue = true;
      else if (cancelSnapshot === undefined) {
        const dueUs = Math.max(0, snapshotAt + snapshotEveryUs - clock.now());
        cancelSnapshot = clock.after(dueUs / 1000, snapshot);
      }
    },
    onBeat: (isLoaded) => {
      beats += 1;
      const isStatusDue = isLoaded && beats % Math.ceil(statusLoadOf(ports) || 1) === 0;
      if (isStatusDue) status(isSnapshotDue ? takeSnapshot() : undefined, clock.now());
      else if (isSnapshotDue) snapshot();
      return isStatusDue;
    },
    pace: (intervalsMs) => {
      snapshotEveryUs = Math.max(snapshotEveryUsMin, 500 * Math.min(...intervalsMs));
    },
  };
}

const statusLoadOf = ({ running, addresses }: TellingPorts): number =>
  running().length / instancesABeat + addresses() / addressesABeat;

function statusOf({ process: own, lateness, running, problems: others }: TellingPorts) {
  const { pid, realtime, memoryLocked } = own;
  const process = { pid, realtime, memoryLocked, advertLateness: lateness.summary() };
  const problems = [...others(), ...running().flatMap(problemOf)];
  return {
    ...{ type: 'status' as const, process, instances: running().map((router) => router.status()) },
    ...(problems.length > 0 && { problems }),
  };
}

export const problemOf = (router: RouterShell): readonly string[] => {
  const fault = router.fault();
  const { name, interface: device } = router.config();
  return fault === undefined
    ? []
    : [`Cannot run instance ${name} now: expected a working ${device}, got ${fault}`];
};
