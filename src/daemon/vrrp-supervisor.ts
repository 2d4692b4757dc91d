// The main process's side of the VRRP process: starts it, hears its events, keeps its status and last snapshot.
// When it dies it is started again at once and resumes; when it dies again within a minute, its roles are
// resigned and its addresses removed on its behalf, and it is started again with growing pauses.
// DESIGN.md §1 property 10 and §2. It takes no part in the election.
import type { VrrpInstanceConfig } from '../config/config.ts';
import type { Clock, Micros } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import { createLiveness, type Liveness } from './vrrp-liveness.ts';
import type {
  Findings,
  FromVrrpProcess,
  ToVrrpProcess,
  VrrpInstanceStatus,
  VrrpProcessStatus,
  VrrpSnapshot,
} from './vrrp-messages.ts';

/** Two deaths within that time: it cannot be trusted with the addresses. */
const recentUs = 60_000_000;
const pauseMsFirst = 1000;
const pauseMsMax = 30_000;
/** Its adverts and leases run out long before; this only gets it going again. */
const childSilenceMs = 3000;
/**
 * A crowded machine starts a process slowly: one that is killed for it would never get there. Not for one that resumes,
 * as its addresses are there already: those of a process that does not come are taken away soon.
 */
const childStartMs = 20_000;
/** Beside two advert intervals, which a hand-over may last at most: it must end, nobody waits for ever. */
const stopGraceMs = 5000;

/** The other end of the channel, and the life of the process behind it. */
export type VrrpChild = {
  readonly pid: number;
  readonly send: (message: ToVrrpProcess) => void;
  readonly onMessage: (listener: (message: FromVrrpProcess) => void) => void;
  /** Called once, after its last message: "exit status 1", "signal SIGKILL", why it could not be started. */
  readonly onExit: (listener: (reason: string) => void) => void;
  /** SIGKILL. */
  readonly kill: () => void;
};

export type VrrpSupervisorPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly fork: () => VrrpChild;
  /** Resigns on behalf of `wasActive` and removes every address; never rejects (vrrp-cleanup.ts). */
  readonly cleanUp: (
    instances: readonly VrrpInstanceConfig[],
    wasActive: (instance: string) => boolean,
  ) => Promise<void>;
};

export type VrrpSupervisor = {
  /** Resolves once the instances are configured. @returns what stands in the way of some of them. */
  readonly start: (instances: readonly VrrpInstanceConfig[]) => Promise<readonly string[]>;
  /** As start, whether or not anything runs; unchanged instances are not disturbed. None: the process ends. */
  readonly reconfigure: (instances: readonly VrrpInstanceConfig[]) => Promise<readonly string[]>;
  /** What is found out of tracked things; kept for a process that is started later. */
  readonly track: (findings: Findings) => void;
  /** @returns the names of the instances that hand over: of that name or its sync group (or all), and active. */
  readonly failover: (instance?: string) => readonly string[];
  /** Hands every role over. Resolves when the addresses are gone and the process has ended. */
  readonly stop: () => Promise<void>;
  /** As last told: at each transition, and twice a second. */
  readonly status: () => readonly VrrpInstanceStatus[];
  /** Of the process that runs now, as last told. */
  readonly processStatus: () => VrrpProcessStatus | undefined;
};

export function createVrrpSupervisor(ports: VrrpSupervisorPorts): VrrpSupervisor {
  const { clock, journal } = ports;
  let instances: readonly VrrpInstanceConfig[] = [];
  let child: VrrpChild | undefined;
  let liveness: Liveness | undefined;
  let cancelRestart = () => {};
  let status: readonly VrrpInstanceStatus[] = [];
  let processStatus: VrrpProcessStatus | undefined;
  let snapshot: VrrpSnapshot | undefined;
  let findings: Findings | undefined;
  let deaths: readonly Micros[] = [];
  let pauseMs = pauseMsFirst;
  /** Waits for the next `configured`. */
  let configured: readonly ((problems: readonly string[]) => void)[] = [];
  /** Set while it is meant to end. */
  let onStopped: (() => void) | undefined;

  function settle(problems: readonly string[]): void {
    const waiting = configured;
    configured = [];
    for (const resolve of waiting) resolve(problems);
  }

  function hear(message: FromVrrpProcess): void {
    liveness?.heard();
    switch (message.type) {
      case 'event':
        journal(message.event);
        return;
      case 'status':
        status = message.instances;
        processStatus = message.process;
        return;
      case 'snapshot':
        snapshot = message.snapshot;
        return;
      case 'configured':
        settle(message.problems);
        return;
      case 'heartbeat':
      case 'stopped':
        return;
    }
  }

  const configuration = () => ({
    type: 'configure' as const,
    instances,
    ...(findings !== undefined && { findings }),
  });

  function launch(resume?: VrrpSnapshot): void {
    const forked = ports.fork();
    child = forked;
    forked.onMessage(hear);
    forked.onExit((reason) => ended(forked, reason));
    liveness = createLiveness(clock, {
      silenceMs: childSilenceMs,
      firstWordMs: resume === undefined ? childStartMs : childSilenceMs,
      onBeat: () => forked.send({ type: 'heartbeat' }),
      onSilent: () => forked.kill(),
    });
    forked.send({ ...configuration(), ...(resume !== undefined && { resume }) });
  }

  function ended(which: VrrpChild, reason: string): void {
    if (child !== which) return;
    child = undefined;
    processStatus = undefined;
    liveness?.stop();
    if (onStopped !== undefined) {
      status = [];
      snapshot = undefined;
      onStopped();
      return;
    }
    const now = clock.now();
    deaths = [...deaths.filter((at) => now - at < recentUs), now];
    if (deaths.length === 1) {
      pauseMs = pauseMsFirst;
      journal({ event: 'vrrp.process_lost', pid: which.pid, reason, action: 'restarted, resumes' });
      launch(snapshot);
      return;
    }
    journal({
      event: 'vrrp.process_lost',
      pid: which.pid,
      reason,
      action: `resigned for it; again in ${pauseMs} ms`,
    });
    settle([`Cannot run the VRRP process: one that lives, got ${reason}`]);
    void giveUp(pauseMs);
    pauseMs = Math.min(pauseMsMax, 2 * pauseMs);
  }

  async function giveUp(restartMs: number): Promise<void> {
    const lost = new Set(snapshot?.instances.flatMap(({ name, phase }) => (serves(phase) ? [name] : [])));
    snapshot = undefined;
    status = status.map((entry) => ({
      ...entry,
      phase: 'initialize',
      addresses: [],
      reason: 'vrrp_process_lost',
    }));
    cancelRestart = clock.after(restartMs, () => {
      if (child === undefined && onStopped === undefined && instances.length > 0) launch();
    });
    await ports.cleanUp(instances, (name) => lost.has(name));
  }

  function reconfigure(next: readonly VrrpInstanceConfig[]): Promise<readonly string[]> {
    instances = next;
    if (next.length === 0) return stop().then(() => []);
    return new Promise((resolve) => {
      configured = [...configured, resolve];
      cancelRestart();
      if (child === undefined) launch();
      else child.send(configuration());
    });
  }

  async function stop(): Promise<void> {
    cancelRestart();
    settle([]);
    const current = child;
    if (current === undefined) return;
    const limitMs = stopGraceMs + 2 * Math.max(0, ...instances.map((config) => config.advertIntervalMs));
    let killed = false;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(limitMs, () => {
        killed = true;
        current.kill();
      });
      onStopped = () => {
        cancel();
        resolve();
      };
      current.send({ type: 'stop' });
    });
    if (killed) await ports.cleanUp(instances, () => true);
    onStopped = undefined;
  }

  return {
    start: reconfigure,
    reconfigure,
    track: (next) => {
      findings = next;
      child?.send({ type: 'track', findings });
    },
    failover: (instance) => {
      const group = status.find(({ name }) => name === instance)?.syncGroup;
      const active = status.filter(
        ({ name, phase, syncGroup }) =>
          phase === 'active' && (name === (instance ?? name) || (group !== undefined && syncGroup === group)),
      );
      for (const { name } of active) child?.send({ type: 'failover', instance: name });
      return active.map(({ name }) => name);
    },
    stop,
    status: () => status,
    processStatus: () => processStatus,
  };
}

const serves = (phase: VrrpInstanceStatus['phase']): boolean => phase === 'active' || phase === 'leaving';
