// The VRRP process: instances, the interfaces they share, and the channel to the main process. It obeys the main
// process while that lives; when it is gone or silent, it hands every role over and ends (docs/architecture.md "Two
// processes"). It leaves the election to the state machines and the sockets to its ports.
import type { JournalEvent } from '../../journal/event.ts';
import type { Micros } from '../../ports/clock.ts';
import { createLatenessHistogram } from '../pace/lateness.ts';
import { createLiveness, type Liveness } from '../pace/liveness.ts';
import { createRateLimit } from '../pace/rate-limit.ts';
import { createClaims } from './holdings/claims.ts';
import { createFloatingKeeper } from './holdings/floating-routes.ts';
import { createStatics, type Statics } from './holdings/statics.ts';
import { type Configuration, createInstances, type Instances } from './instances.ts';
import { orphanStatus, type ToVrrpProcess } from './messages.ts';
import { createNetworkView } from './network-view.ts';
import { createTelling, type Telling } from './telling.ts';
import type { VrrpChannel, VrrpPorts } from './vrrp-ports.ts';

/** A main process that is busy for a while is not gone; adverts do not depend on it. */
const supervisorSilenceMs = 5000;

/** A kernel that does not tell of its links and addresses is asked again. */
const loadRetryMs = 1000;

export type VrrpProcessOptions = {
  readonly pid: number;
  /** What the kernel granted (system/host/realtime.ts). */
  readonly realtime: boolean;
  readonly memoryLocked: boolean;
  /** Ends the process. Called once: when everything is handed over and removed. */
  readonly exit: (status: number) => void;
  readonly supervisorSilenceMs?: number;
  /** When the daemon began, on the monotonic clock; default: now. */
  readonly startedAt?: Micros;
};

/** The VRRP process, as the functions below know it. */
type VrrpProcess = {
  readonly ports: VrrpPorts;
  readonly channel: VrrpChannel;
  readonly options: VrrpProcessOptions;
  readonly instances: Instances;
  readonly statics: Statics;
  readonly telling: Telling;
  readonly liveness: Liveness;
  /** What instances share beside the interfaces has ended. */
  readonly close: () => void;
  /** One message after the other. */
  queue: Promise<void>;
  isEnding: boolean;
  cancelRetry: () => void;
};

export function runInstances(ports: VrrpPorts, channel: VrrpChannel, options: VrrpProcessOptions): void {
  const { clock } = ports;
  const emit = (event: JournalEvent) => channel.send({ type: 'event', event });
  const view = createNetworkView(ports.network, clock);
  const limit = createRateLimit(clock);
  const lateness = createLatenessHistogram();
  const shared = { ...ports, view, emit, limit };
  const routes = createFloatingKeeper(shared);
  const statics = createStatics({ ...shared, routes });
  const instances: Instances = createInstances({
    ...{ ...shared, routes, claims: createClaims(shared), startedAt: options.startedAt ?? clock.now() },
    onAdvertDue: lateness.note,
    onProgress: (what) => telling.onProgress(what),
    onReleased: (serial) => channel.send({ type: 'released', serial }),
    onIntervals: (intervalsMs) => telling.pace(intervalsMs),
  });
  const telling: Telling = createTelling({
    ...{ clock, channel, lateness, process: options },
    ...{ running: instances.running, addresses: instances.addresses, problems: statics.problems },
  });
  const silenceMs = options.supervisorSilenceMs ?? supervisorSilenceMs;
  const liveness = createLiveness(clock, {
    ...{ silenceMs, firstWordMs: silenceMs },
    onBeat: () => {
      if (!telling.onBeat(instances.isLoaded())) channel.send({ type: 'heartbeat', at: clock.now() });
    },
    onSilent: (silentMs) => void supervisorLost(vrrp, `silent for ${silentMs} ms`),
  });
  const close = () => {
    statics.close();
    routes.close();
    limit.close();
  };
  const vrrp: VrrpProcess = {
    ...{ ports, channel, options, instances, statics, telling, liveness, close },
    ...{ queue: Promise.resolve(), isEnding: false, cancelRetry: () => {} },
  };
  channel.onMessage((message) => obey(vrrp, message));
  channel.onClosed(() => void supervisorLost(vrrp, 'it ended'));
}

function obey(vrrp: VrrpProcess, message: ToVrrpProcess): void {
  const { instances, liveness } = vrrp;
  liveness.heard();
  switch (message.type) {
    case 'configure':
      inTurn(vrrp, () => {
        if (message.findings !== undefined) instances.learn(message.findings);
        return configure(vrrp, message);
      });
      return;
    case 'track':
      instances.learn(message.findings);
      for (const router of instances.running()) router.onTracked();
      return;
    case 'failover':
      instances.handOver(message.instance);
      return;
    case 'stop':
      inTurn(vrrp, () => stop(vrrp, message.keeps === true));
      return;
    case 'heartbeat':
      return;
  }
}

function inTurn(vrrp: VrrpProcess, work: () => Promise<void>): void {
  vrrp.queue = vrrp.queue.then(() => (vrrp.isEnding ? undefined : work()));
}

async function configure(vrrp: VrrpProcess, configuration: Configuration): Promise<void> {
  const { instances, statics, channel, telling, ports } = vrrp;
  vrrp.cancelRetry();
  const failure = await instances.load();
  if (failure !== undefined) {
    channel.send({ type: 'configured', problems: [failure] });
    vrrp.cancelRetry = ports.clock.after(loadRetryMs, () =>
      inTurn(vrrp, () => configure(vrrp, configuration)),
    );
    return;
  }
  await statics.configure(configuration.instances[0]?.statics);
  const problems = await instances.configure(configuration);
  if (problems === undefined) return;
  channel.send({ type: 'configured', problems: [...statics.problems(), ...problems] });
  telling.status();
  telling.snapshot();
}

async function supervisorLost(vrrp: VrrpProcess, reason: string): Promise<void> {
  if (vrrp.isEnding) return;
  vrrp.channel.send({ type: 'event', event: { event: 'vrrp.supervisor_lost', reason } });
  await end(vrrp, false);
  vrrp.options.exit(orphanStatus);
}

async function stop(vrrp: VrrpProcess, keeps: boolean): Promise<void> {
  await end(vrrp, keeps);
  vrrp.channel.send({ type: 'stopped' });
  vrrp.options.exit(0);
}

/** It goes on beating: with long adverts a hand-over takes longer than a silence that means death. */
async function end(vrrp: VrrpProcess, keeps: boolean): Promise<void> {
  vrrp.isEnding = true;
  await vrrp.instances.end(keeps);
  if (!keeps) await vrrp.statics.release();
  vrrp.close();
  vrrp.cancelRetry();
  vrrp.liveness.stop();
}
