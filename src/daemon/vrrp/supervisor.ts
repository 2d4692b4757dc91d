// The main process's side of the VRRP process: starts it, hears its events, keeps its status and last snapshot.
// When it dies it is started again at once and resumes; when it dies again within a minute, its roles are
// resigned and its addresses removed on its behalf, and it is started again with growing pauses. However it ends,
// what it may have left in the kernel is cleaned up here, and told. It takes no part in the election.
// docs/architecture.md "Two processes".
import type { Journal } from '../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Clock, EventLoop } from '../../ports/clock.ts';
import { type Deaths, noDeaths, restartAfter } from '../../vrrp/restart.ts';
import { type ChildEnd, type VrrpChild, type WatchedChild, watchChild } from './child.ts';
import { type CleanUp, type CleanUps, createCleanUps } from './clean-ups.ts';
import { createHeldInstances, type HeldInstances } from './holdings/held-instances.ts';
import type {
  Findings,
  FromVrrpProcess,
  VrrpInstanceStatus,
  VrrpProcessStatus,
  VrrpSnapshot,
} from './messages.ts';
import {
  activeOf,
  isServing,
  type LastWord,
  lastWordOf,
  nothingReported,
  type Reported,
  transitionsToNone,
  withHeartbeat,
  withoutRoles,
  withSnapshot,
} from './reported.ts';

/** Beside what a hand-over may take (`handOverMsMax`): it must end, nobody waits for ever. */
const stopGraceMs = 5000;

export type VrrpSupervisorPorts = {
  readonly clock: Clock & EventLoop;
  readonly journal: Journal;
  readonly fork: () => VrrpChild;
  readonly cleanUp: CleanUp;
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
  /** How old what status tells is. */
  readonly lastWord: () => LastWord;
};

/** What is known and wanted of the process. */
type Supervision = {
  readonly ports: VrrpSupervisorPorts;
  readonly held: HeldInstances;
  readonly cleanUps: CleanUps;
  child?: WatchedChild | undefined;
  reported: Reported;
  findings?: Findings;
  deaths: Deaths;
  /** A process should be there, now or after a pause. */
  isWanted: boolean;
  cancelRestart: () => void;
  /** Wait for the next `configured`. */
  configured: readonly ((problems: readonly string[]) => void)[];
  /** Set while it is meant to end. */
  onEnded?: (() => void) | undefined;
  /** With what nobody takes over left where it is. */
  keeps: boolean;
  ending?: Promise<void> | undefined;
};

export function createVrrpSupervisor(ports: VrrpSupervisorPorts): VrrpSupervisor {
  const supervision: Supervision = {
    ports,
    held: createHeldInstances(),
    cleanUps: createCleanUps(ports.cleanUp),
    reported: nothingReported,
    deaths: noDeaths,
    isWanted: false,
    cancelRestart: () => {},
    configured: [],
    keeps: false,
  };
  const configure = (instances: readonly VrrpInstanceConfig[]) => reconfigure(supervision, instances);
  return {
    start: configure,
    reconfigure: configure,
    track: (findings) => {
      supervision.findings = findings;
      supervision.child?.send({ type: 'track', findings });
    },
    failover: (instance) => {
      const active = activeOf(supervision.reported, instance);
      for (const name of active) supervision.child?.send({ type: 'failover', instance: name });
      return active;
    },
    stop: (how) => stop(supervision, how),
    status: () => supervision.reported.instances,
    problems: () => supervision.reported.problems,
    processStatus: () => supervision.reported.process,
    lastWord: () => lastWordOf(supervision.reported),
  };
}

async function reconfigure(
  supervision: Supervision,
  instances: readonly VrrpInstanceConfig[],
): Promise<readonly string[]> {
  if (supervision.ending !== undefined) await supervision.ending;
  supervision.held.configure(instances, (name) => isServing(supervision.reported, name));
  if (instances.length === 0) return stop(supervision).then(() => []);
  supervision.isWanted = true;
  return new Promise((resolve) => {
    supervision.configured = [...supervision.configured, resolve];
    supervision.cancelRestart();
    if (supervision.child === undefined) startAfterCleanUps(supervision);
    else supervision.child.send(configuration(supervision));
  });
}

const configuration = ({ held, findings }: Supervision) => ({
  type: 'configure' as const,
  ...{ serial: held.serial(), instances: held.wanted() },
  ...(findings !== undefined && { findings }),
});

const startAfterCleanUps = (supervision: Supervision) =>
  supervision.cleanUps.after(() => {
    if (supervision.child === undefined && supervision.isWanted) launch(supervision);
  });

/** @param resume where it goes on. */
function launch(supervision: Supervision, resume?: VrrpSnapshot): void {
  const { fork, clock } = supervision.ports;
  const child = watchChild(fork(), clock, {
    resumes: resume !== undefined,
    onMessage: (message) => {
      // The last words of an earlier one say nothing of this one, but what happened.
      if (supervision.child === child || message.type === 'event') hear(supervision, message);
    },
    onEnded: (end) => ended(supervision, end),
  });
  supervision.child = child;
  child.send({ ...configuration(supervision), ...(resume !== undefined && { resume }) });
}

function hear(supervision: Supervision, message: FromVrrpProcess): void {
  const { reported } = supervision;
  switch (message.type) {
    case 'event':
      supervision.ports.journal(message.event);
      return;
    case 'status': {
      const { instances, process, problems = [], at, snapshot } = message;
      const known = snapshot === undefined ? reported : withSnapshot(reported, snapshot);
      supervision.reported = withHeartbeat({ ...known, instances, process, problems }, at);
      return;
    }
    case 'snapshot':
      supervision.reported = withSnapshot(reported, message.snapshot);
      return;
    case 'configured':
      hinder(supervision, message.problems);
      answer(supervision, message.problems);
      return;
    case 'released':
      supervision.held.released(message.serial);
      return;
    case 'heartbeat':
      supervision.reported = withHeartbeat(reported, message.at);
      return;
    case 'stopped':
      return;
  }
}

/** Told once, whoever asked for the configuration. */
function hinder(supervision: Supervision, problems: readonly string[]): void {
  const isNews = problems.some((problem) => !supervision.reported.problems.includes(problem));
  supervision.reported = { ...supervision.reported, problems };
  if (isNews) supervision.ports.journal({ event: 'vrrp.hindered', problems });
}

/** To those who wait for the configuration. */
function answer(supervision: Supervision, problems: readonly string[]): void {
  const waiting = supervision.configured;
  supervision.configured = [];
  for (const resolve of waiting) resolve(problems);
}

function ended(supervision: Supervision, end: ChildEnd): void {
  const { onEnded, keeps } = supervision;
  supervision.child = undefined;
  const { process: _, ...reported } = supervision.reported;
  supervision.reported = reported;
  if (onEnded === undefined) {
    die(supervision, end);
    return;
  }
  if (!end.isDone && keeps) tellLost(supervision, end, 'left to the next, which finds what it held');
  else if (!end.isDone) {
    tellLost(supervision, end, 'resigned for it');
    giveUp(supervision, end);
  }
  onEnded();
}

/** Nobody asked it to end. */
function die(supervision: Supervision, end: ChildEnd): void {
  const { held, cleanUps, ports } = supervision;
  if (end.handedOver) {
    tellLost(supervision, end, 'it had handed over; restarted');
    giveUp(supervision, end);
    startAfterCleanUps(supervision);
    return;
  }
  const { deaths, pauseMs } = restartAfter(supervision.deaths, ports.clock.now());
  supervision.deaths = deaths;
  if (pauseMs === undefined) {
    tellLost(supervision, end, 'restarted, resumes');
    // Nobody else would ever look after these.
    cleanUps.begin(held.leftOut(), held.wanted());
    launch(supervision, supervision.reported.snapshot);
    return;
  }
  tellLost(supervision, end, `resigned for it; again in ${pauseMs} ms`);
  giveUp(supervision, end);
  const problems = [`Cannot run the VRRP process: expected one that lives, got ${end.reason}`];
  hinder(supervision, problems);
  answer(supervision, problems);
  supervision.cancelRestart = ports.clock.after(pauseMs, () => startAfterCleanUps(supervision));
}

const tellLost = ({ ports }: Supervision, { pid, reason }: ChildEnd, action: string) =>
  ports.journal({ event: 'vrrp.process_lost', pid, reason, action });

/** Nobody holds anything any more, and whoever listens is told so. Who has handed over has resigned itself. */
function giveUp(supervision: Supervision, { handedOver }: ChildEnd): void {
  const { held, cleanUps, reported, ports } = supervision;
  const wasActive = (name: string) => !handedOver && isServing(reported, name);
  const lost = held.wanted().map((config) => ({ config, wasActive: wasActive(config.name) }));
  cleanUps.begin([...held.leftOut(), ...lost], []);
  held.clear();
  for (const event of transitionsToNone(reported)) ports.journal(event);
  supervision.reported = withoutRoles(reported);
}

function stop(supervision: Supervision, { keeps = false }: StopOptions = {}): Promise<void> {
  supervision.keeps = keeps;
  supervision.isWanted = false;
  supervision.cancelRestart();
  answer(supervision, []);
  supervision.ending ??= end(supervision).finally(() => {
    supervision.ending = undefined;
  });
  return supervision.ending;
}

async function end(supervision: Supervision): Promise<void> {
  if (supervision.child !== undefined) await endOf(supervision, supervision.child);
  await supervision.cleanUps.done();
  supervision.held.clear();
  supervision.reported = nothingReported;
}

function endOf(supervision: Supervision, child: WatchedChild): Promise<void> {
  const { held, keeps, ports } = supervision;
  const running = [...held.wanted(), ...held.leftOut().map(({ config }) => config)];
  const limitMs = stopGraceMs + Math.max(0, ...running.map(handOverMsMax));
  return new Promise((resolve) => {
    const cancel = ports.clock.after(limitMs, () => child.kill(`not done after ${limitMs} ms`));
    supervision.onEnded = () => {
      cancel();
      supervision.onEnded = undefined;
      resolve();
    };
    child.send({ type: 'stop', ...(keeps && { keeps }) });
  });
}

/** With a sync group a successor may need an Active_Down_Interval of the lowest priority (vrrp/timers.ts). */
const handOverMsMax = ({ advertIntervalMs }: VrrpInstanceConfig): number => 5 * advertIntervalMs + 1000;
