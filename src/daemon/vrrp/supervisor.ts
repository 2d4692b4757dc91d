// The main process's side of the VRRP process: starts it, hears its events, keeps its status and last snapshot.
// When it dies it is started again at once and resumes; when it dies again within a minute, its roles are
// resigned and its addresses removed on its behalf, and it is started again with growing pauses. However it ends,
// what it may have left in the kernel is cleaned up here, and told. It takes no part in the election.
// docs/architecture.md, "Two processes".

import type { Journal } from '../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import { createHeldInstances, type LostInstance } from './holdings/held.ts';
import { createLiveness, type Liveness } from './liveness.ts';
import type {
  Findings,
  FromVrrpProcess,
  ToVrrpProcess,
  VrrpInstanceStatus,
  VrrpProcessStatus,
  VrrpSnapshot,
} from './messages.ts';

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
/** Beside what a hand-over may take (`handOverMsMax`): it must end, nobody waits for ever. */
const stopGraceMs = 5000;

/** The other end of the channel, and the life of the process behind it. */
export type VrrpChild = {
  readonly pid: number;
  readonly send: (message: ToVrrpProcess) => void;
  readonly onMessage: (listener: (message: FromVrrpProcess) => void) => void;
  /** Called once: "exit status 1", "signal SIGKILL", why it could not be started. */
  readonly onExit: (listener: (reason: string) => void) => void;
  /** SIGKILL. */
  readonly kill: () => void;
};

export type VrrpSupervisorPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly fork: () => VrrpChild;
  /**
   * Resigns on behalf of those that were active and removes every address of theirs, but those that `kept` float as
   * well; never rejects (resign-for.ts).
   */
  readonly cleanUp: (lost: readonly LostInstance[], kept: readonly VrrpInstanceConfig[]) => Promise<void>;
};

export type StopOptions = { readonly keeps?: boolean };

export type VrrpSupervisor = {
  /** Resolves once the instances are configured. @returns what stands in the way of some of them. */
  readonly start: (instances: readonly VrrpInstanceConfig[]) => Promise<readonly string[]>;
  /** As start, whether or not anything runs; unchanged instances are not disturbed. None: the process ends. */
  readonly reconfigure: (instances: readonly VrrpInstanceConfig[]) => Promise<readonly string[]>;
  /** What is found out of tracked things; kept for a process that is started later. */
  readonly track: (findings: Findings) => void;
  /** @returns the names of the instances that hand over: of that name or its sync group (or all), and active. */
  readonly failover: (instance?: string) => readonly string[];
  /**
   * Hands every role over. Resolves when the addresses are gone and the process has ended, however it did. With
   * `keeps`, what nobody takes over stays, for a main process that follows: as after a death of both.
   */
  readonly stop: (how?: StopOptions) => Promise<void>;
  /** As last told: at each transition, and twice a second. */
  readonly status: () => readonly VrrpInstanceStatus[];
  /** Why routers do not run, or not as configured, as last told. */
  readonly problems: () => readonly string[];
  /** Of the process that runs now, as last told. */
  readonly processStatus: () => VrrpProcessStatus | undefined;
};

export function createVrrpSupervisor(ports: VrrpSupervisorPorts): VrrpSupervisor {
  const { clock, journal } = ports;
  const held = createHeldInstances();
  let child: VrrpChild | undefined;
  let liveness: Liveness | undefined;
  let cancelRestart = () => {};
  let status: readonly VrrpInstanceStatus[] = [];
  let processStatus: VrrpProcessStatus | undefined;
  let snapshot: VrrpSnapshot | undefined;
  let findings: Findings | undefined;
  let problems: readonly string[] = [];
  let deaths: readonly Micros[] = [];
  let pauseMs = pauseMsFirst;
  /** Why we killed it. */
  let killedFor: string | undefined;
  /** Waits for the next `configured`. */
  let configured: readonly ((problems: readonly string[]) => void)[] = [];
  /** Set while it is meant to end; told how it did. */
  let onEnded: ((reason: string) => void) | undefined;
  let keeps = false;
  /** It has said that all is handed over and removed. */
  let isDone = false;
  let ending: Promise<void> | undefined;
  let cleaning: Promise<void> | undefined;
  /** A process should be there, now or after a pause. */
  let isWanted = false;

  const isActive = (instance: string): boolean =>
    status.some(({ name, phase }) => name === instance && serves(phase));

  /** Told once, whoever asked for the configuration. */
  function hinder(next: readonly string[]): void {
    const isNews = next.some((problem) => !problems.includes(problem));
    problems = next;
    if (isNews) journal({ event: 'vrrp.hindered', problems });
  }

  function settle(answer: readonly string[]): void {
    const waiting = configured;
    configured = [];
    for (const resolve of waiting) resolve(answer);
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
        problems = message.problems ?? [];
        return;
      case 'snapshot':
        snapshot = message.snapshot;
        return;
      case 'configured':
        hinder(message.problems);
        settle(problems);
        return;
      case 'released':
        held.released(message.serial);
        return;
      case 'stopped':
        isDone = true;
        return;
      case 'heartbeat':
        return;
    }
  }

  const configuration = () => ({
    type: 'configure' as const,
    ...{ serial: held.serial(), instances: held.wanted() },
    ...(findings !== undefined && { findings }),
  });

  function launch(resume?: VrrpSnapshot): void {
    const forked = ports.fork();
    child = forked;
    killedFor = undefined;
    isDone = false;
    forked.onMessage((message) => {
      // The last words of an earlier one say nothing of this one, but what happened.
      if (child === forked || message.type === 'event') hear(message);
    });
    forked.onExit((reason) => ended(forked, reason));
    liveness = createLiveness(clock, {
      silenceMs: childSilenceMs,
      firstWordMs: resume === undefined ? childStartMs : childSilenceMs,
      onBeat: () => forked.send({ type: 'heartbeat' }),
      onSilent: (silentMs) => kill(forked, `silent for ${silentMs} ms`),
    });
    forked.send({ ...configuration(), ...(resume !== undefined && { resume }) });
  }

  function kill(which: VrrpChild, why: string): void {
    killedFor ??= why;
    which.kill();
  }

  function ended(which: VrrpChild, reason: string): void {
    if (child !== which) return;
    child = undefined;
    processStatus = undefined;
    liveness?.stop();
    const said = killedFor === undefined ? reason : `${killedFor}: ${reason}`;
    if (onEnded === undefined) die(which.pid, said);
    else if (isDone || reason === handedOver) onEnded(said);
    else if (keeps) {
      const action = 'left to the next, which finds what it held';
      journal({ event: 'vrrp.process_lost', pid: which.pid, reason: said, action });
      onEnded(said);
    } else {
      giveUp(which.pid, said, 'resigned for it');
      onEnded(said);
    }
  }

  function die(pid: number, reason: string): void {
    const now = clock.now();
    deaths = [...deaths.filter((at) => now - at < recentUs), now];
    if (deaths.length === 1) {
      pauseMs = pauseMsFirst;
      journal({ event: 'vrrp.process_lost', pid, reason, action: 'restarted, resumes' });
      // Nobody else would ever look after these.
      cleanUp(held.leaving(), held.wanted());
      launch(snapshot);
      return;
    }
    const restartMs = pauseMs;
    pauseMs = Math.min(pauseMsMax, 2 * pauseMs);
    giveUp(pid, reason, `resigned for it; again in ${restartMs} ms`);
    hinder([`Cannot run the VRRP process: expected one that lives, got ${reason}`]);
    settle(problems);
    cancelRestart = clock.after(restartMs, () => afterCleaning(startAgain));
  }

  /** Nobody holds anything any more, and whoever listens is told so. */
  function giveUp(pid: number, reason: string, action: string): void {
    journal({ event: 'vrrp.process_lost', pid, reason, action });
    const lost = held.wanted().map((config) => ({ config, wasActive: isActive(config.name) }));
    cleanUp([...held.leaving(), ...lost], []);
    held.clear();
    snapshot = undefined;
    for (const { name: instance, vrid, interface: device, phase: from, priority } of status) {
      if (from === 'initialize') continue;
      const to = 'initialize' as const;
      journal({
        event: 'vrrp.transition',
        ...{ instance, vrid, interface: device, from, to, reason: 'vrrp_process_lost', priority },
      });
    }
    status = status.map((entry) => ({
      ...entry,
      phase: 'initialize',
      addresses: [],
      reason: 'vrrp_process_lost',
    }));
  }

  function cleanUp(lost: readonly LostInstance[], kept: readonly VrrpInstanceConfig[]): void {
    if (lost.length === 0) return;
    const work =
      cleaning === undefined ? ports.cleanUp(lost, kept) : cleaning.then(() => ports.cleanUp(lost, kept));
    const done = work.finally(() => {
      if (cleaning === done) cleaning = undefined;
    });
    cleaning = done;
  }

  /** What is removed late must not be what a new process has just added. */
  function afterCleaning(action: () => void): void {
    if (cleaning === undefined) action();
    else void cleaning.then(() => afterCleaning(action));
  }

  function startAgain(): void {
    if (child === undefined && isWanted) launch();
  }

  async function reconfigure(next: readonly VrrpInstanceConfig[]): Promise<readonly string[]> {
    if (ending !== undefined) await ending;
    held.configure(next, isActive);
    if (next.length === 0) return stop().then(() => []);
    isWanted = true;
    return new Promise((resolve) => {
      configured = [...configured, resolve];
      cancelRestart();
      if (child === undefined) afterCleaning(startAgain);
      else child.send(configuration());
    });
  }

  function stop(how: StopOptions = {}): Promise<void> {
    keeps = how.keeps === true;
    isWanted = false;
    cancelRestart();
    settle([]);
    ending ??= end().finally(() => {
      ending = undefined;
    });
    return ending;
  }

  async function end(): Promise<void> {
    if (child !== undefined) await endOf(child);
    await cleaning;
    held.clear();
    status = [];
    problems = [];
    snapshot = undefined;
  }

  function endOf(current: VrrpChild): Promise<void> {
    const running = [...held.wanted(), ...held.leaving().map(({ config }) => config)];
    const limitMs = stopGraceMs + Math.max(0, ...running.map(handOverMsMax));
    return new Promise((resolve) => {
      const cancel = clock.after(limitMs, () => kill(current, `not done after ${limitMs} ms`));
      onEnded = () => {
        cancel();
        onEnded = undefined;
        resolve();
      };
      current.send({ type: 'stop', ...(keeps && { keeps }) });
    });
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
    problems: () => problems,
    processStatus: () => processStatus,
  };
}

const serves = (phase: VrrpInstanceStatus['phase']): boolean => phase === 'active' || phase === 'leaving';

/** How a process ends that has done all it was asked to; its word for it may come later than its end. */
const handedOver = 'exit status 0';

/** With a sync group a successor may need an Active_Down_Interval of the lowest priority (vrrp/timers.ts). */
const handOverMsMax = ({ advertIntervalMs }: VrrpInstanceConfig): number => 5 * advertIntervalMs + 1000;
