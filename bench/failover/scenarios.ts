// What is done to a pair, one scenario each, and what the protocol itself allows for it (RFC 9568 §6.1, §6.4).
// Each scenario ends when the pair has settled, or at its limit; how it went is read from the observation.
import { setTimeout as delay } from 'node:timers/promises';
import { activeDownInterval, skewTime } from '../../src/vrrp/timers.ts';
import { lastAdvert, type Observation, outages } from './observation.ts';
import { type Pair, priorities, sources } from './pair.ts';
import type { Router } from './products.ts';

export type Scenario = {
  readonly name: string;
  readonly title: string;
  /** Whether the higher priority is there from the beginning. */
  readonly begins: 'both' | 'backup alone';
  /** @param phase of the advert interval, 0 to 1. @returns when it happened, microseconds. */
  readonly act: (
    pair: Pair,
    routers: { readonly a?: Router; readonly b: Router },
    phase: number,
  ) => Promise<number>;
  /** The longest outage that a router which keeps to the RFC may cause in that run; undefined: it says nothing. */
  readonly limitUs: (observation: Observation, happenedUs: number, intervalMs: number) => number | undefined;
  /** Counted for the backup instead of outage and overlap. */
  readonly countsTransitions?: boolean;
  /** Also measured with keepalived as the lower priority. */
  readonly besideKeepalived?: boolean;
  /** Over a second network beside the clients', which keepalived has nothing for. */
  readonly twoPaths?: boolean;
};

const nowUs = () => Number(process.hrtime.bigint() / 1000n);
const downMs = (intervalMs: number) => activeDownInterval(3, priorities.b, intervalMs * 1000) / 1000;
/** What a busy machine may add before something has not happened. */
const patienceMs = 3000;
/** For what follows a change of roles: late announcements, a second thought. */
const settleMs = 300;

/** From then on the active is silent: the backup waits for Active_Down_Interval after the last advert it heard. */
const silenceUs: Scenario['limitUs'] = (observation, happenedUs, intervalMs) => {
  const last = lastAdvert(observation, sources.a, happenedUs);
  return last === undefined ? undefined : last.atUs + downMs(intervalMs) * 1000 - happenedUs;
};

const skewUs: Scenario['limitUs'] = (_, __, intervalMs) => skewTime(3, priorities.b, intervalMs * 1000);

async function settled(pair: Pair, holder: 'a' | 'b', limitMs: number): Promise<void> {
  await pair.until(({ holders, answered }) => answered && holders.join() === holder, limitMs);
  await delay(settleMs + 2 * pair.intervalMs);
}

/** At that point of the interval between two adverts. */
async function atPhase({ glance, until, intervalMs }: Pair, phase: number): Promise<void> {
  const before = (await glance()).lastAdvert?.atUs;
  await until(({ lastAdvert }) => lastAdvert?.atUs !== before, patienceMs + intervalMs);
  const { lastAdvert: last, nowUs: now } = await glance();
  await delay(Math.max(0, phase * intervalMs - (now - (last?.atUs ?? now)) / 1000));
}

const signalAll = (pids: readonly number[], signal: NodeJS.Signals) => {
  for (const pid of pids) process.kill(pid, signal);
};

const must = (router: Router | undefined): Router => {
  if (router === undefined) throw new Error('Cannot act: the scenario begins without the active');
  return router;
};

const gracefulStop: Scenario = {
  name: 'stop',
  title: 'graceful stop',
  begins: 'both',
  act: async (pair, { a }, phase) => {
    await atPhase(pair, phase);
    const happened = nowUs();
    await must(a).stop();
    await settled(pair, 'b', patienceMs + 2 * pair.intervalMs);
    return happened;
  },
  limitUs: skewUs,
  besideKeepalived: true,
};

const vrrpKilled: Scenario = {
  name: 'vrrp-killed',
  title: 'VRRP process killed',
  begins: 'both',
  act: async (pair, { a }, phase) => {
    await atPhase(pair, phase);
    const happened = nowUs();
    process.kill(must(a).vrrpPid(), 'SIGKILL');
    // Whoever has it then: a product may resume, take it back by priority, or let the peer have it.
    await delay(downMs(pair.intervalMs) + 1000);
    await pair.until(
      ({ holders, answered }) => answered && holders.length === 1,
      patienceMs + 4 * pair.intervalMs,
    );
    await delay(settleMs);
    return happened;
  },
  limitUs: silenceUs,
};

/** Beyond any lease and takeover. */
const watchedMs = (pair: Pair) => downMs(pair.intervalMs) + patienceMs;

/** Every process of a stands still; what follows is `next`. */
const standsStill = (
  name: Scenario['name'],
  title: string,
  next: (pair: Pair, kill: () => void) => Promise<void>,
): Scenario => ({
  name,
  title,
  begins: 'both',
  act: async (pair, { a }, phase) => {
    const pids = must(a).pids();
    await atPhase(pair, phase);
    const happened = nowUs();
    signalAll(pids, 'SIGSTOP');
    // Children first: no process sees another one die and acts on it.
    await next(pair, () => signalAll(pids.toReversed(), 'SIGKILL'));
    return happened;
  },
  limitUs: () => undefined,
});

const allKilled = standsStill('all-killed', 'everything killed', async (pair, kill) => {
  kill();
  await settled(pair, 'b', watchedMs(pair));
});

const frozen = standsStill('frozen', 'everything frozen', async (pair, kill) => {
  await settled(pair, 'b', watchedMs(pair));
  kill();
});

const linkDown: Scenario = {
  name: 'link-down',
  title: 'link down, one path',
  begins: 'both',
  act: async (pair, _, phase) => {
    await atPhase(pair, phase);
    const began = nowUs();
    await pair.lab.carrier(pair.hosts.a, pair.lan, false);
    await settled(pair, 'b', watchedMs(pair));
    return began;
  },
  // The link is down from the first probe that is lost, not from the start of the command that cuts it.
  limitUs: (observation, happenedUs, intervalMs) => {
    const { probes, endUs } = observation;
    const cut = outages(probes, endUs).find(({ fromUs }) => fromUs >= happenedUs)?.fromUs ?? happenedUs;
    return silenceUs(observation, cut, intervalMs);
  },
};

const linkDownTwoPaths: Scenario = {
  ...linkDown,
  name: 'link-down-two-paths',
  title: 'link down, two paths',
  twoPaths: true,
};

const backupThawed: Scenario = {
  name: 'backup-thawed',
  title: 'backup frozen for five intervals',
  begins: 'both',
  act: async (pair, { b }, phase) => {
    const pids = b.pids();
    await atPhase(pair, phase);
    const happened = nowUs();
    signalAll(pids, 'SIGSTOP');
    await delay(5 * pair.intervalMs);
    signalAll(pids, 'SIGCONT');
    await delay(500 + 5 * pair.intervalMs);
    return happened;
  },
  limitUs: () => 0,
  countsTransitions: true,
};

const preemption: Scenario = {
  name: 'preemption',
  title: 'a returning master preempts',
  begins: 'backup alone',
  act: async (pair) => {
    const happened = nowUs();
    await pair.start('a');
    await settled(pair, 'a', watchedMs(pair));
    return happened;
  },
  limitUs: () => 0,
};

export const scenarios: readonly Scenario[] = [
  gracefulStop,
  vrrpKilled,
  allKilled,
  frozen,
  linkDown,
  linkDownTwoPaths,
  backupThawed,
  preemption,
];
