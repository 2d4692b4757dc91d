// Walks through the state machine: from every state it has found, every event at the times that matter, for
// routers of every kind. What comes out are the ways between the phases: why, and with which effects in which
// order. docs/states.md is made of it (states.test.ts).

import type { Phase, Reason } from '../../src/model/vrrp.ts';
import type { Advert } from '../../src/net/advert.ts';
import { type Ip, ip } from '../../src/net/ip.ts';
import type { Micros } from '../../src/ports/clock.ts';
import { nextDeadline } from '../../src/vrrp/next-deadline.ts';
import { initialState, step } from '../../src/vrrp/step.ts';
import type { Effect, Event, RouterConfig, State } from '../../src/vrrp/types.ts';
import { SECOND, testRouter } from '../make/a-router.ts';

export type Way = {
  readonly from: Phase;
  readonly to: Phase;
  readonly reason: Reason;
  /** What leads there, and what is done, in order; each seen once. */
  readonly events: readonly string[];
  readonly deeds: readonly string[];
};

const ROUTERS: readonly RouterConfig[] = [
  testRouter(),
  testRouter({ preempt: false }),
  testRouter({ priority: 255 }),
  testRouter({ grouped: true }),
];
const LOWER = ip('10.9.0.0');
const HIGHER = ip('10.9.0.9');
/** Far enough for whatever was found to be found from everywhere. */
const STATES_MOST = 5000;

export function explore(): readonly Way[] {
  const ways = new Map<string, { way: Way; events: Set<string>; deeds: Set<string> }>();
  for (const router of ROUTERS) {
    const seen = new Set<string>();
    const open: State[] = [initialState(0)];
    for (let state = open.shift(); state !== undefined; state = open.shift()) {
      for (const [event, now] of happenings(router, state)) {
        const made = step(router, state, event, now);
        note(ways, made.effects, nameOf(event));
        const key = kindOf(made.state);
        if (seen.has(key) || seen.size >= STATES_MOST) continue;
        seen.add(key);
        open.push(made.state);
      }
    }
  }
  return [...ways.values()].map(({ way, events, deeds }) => ({
    ...way,
    events: [...events].sort(),
    deeds: [...deeds].sort(),
  }));
}

type Ways = Map<string, { way: Way; events: Set<string>; deeds: Set<string> }>;

/** A step may take two ways at once: a stalled active goes to backup, and then hears or does something. */
function note(ways: Ways, effects: readonly Effect[], event: string): void {
  const starts = effects.flatMap((effect, index) => (isTransition(effect) ? [index] : []));
  for (const [index, start] of starts.entries()) {
    const effect = effects[start];
    if (effect?.type !== 'report' || effect.report.type !== 'transition') continue;
    const { from, to, reason } = effect.report;
    const key = `${from} ${to} ${reason}`;
    const known = ways.get(key) ?? {
      way: { from, to, reason, events: [], deeds: [] },
      events: new Set<string>(),
      deeds: new Set<string>(),
    };
    ways.set(key, known);
    known.events.add(event);
    known.deeds.add(deedsOf(effects.slice(start, starts[index + 1])));
  }
}

const isTransition = (effect: Effect): boolean =>
  effect.type === 'report' && effect.report.type === 'transition';

/** "send advert, add addresses": without the reports. */
function deedsOf(effects: readonly Effect[]): string {
  const names = effects.flatMap((effect) => {
    if (effect.type === 'report') return [];
    if (effect.type === 'sendAdvert') return [effect.priority === 0 ? 'send priority 0' : 'send advert'];
    return [effect.type.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)];
  });
  return names.length === 0 ? 'nothing' : names.join(', ');
}

/** What tells one state from another; of its times, about how far they are. */
function kindOf(state: State): string {
  const { since, ...rest } = state;
  return JSON.stringify(rest, (_, value: unknown) => {
    if (typeof value !== 'number') return value;
    return Math.max(-1, Math.min(5, Math.round((value - since) / SECOND)));
  });
}

function happenings(router: RouterConfig, state: State): readonly (readonly [Event, Micros])[] {
  const deadline = nextDeadline(state) ?? state.since + SECOND;
  const times = [state.since + 1000, deadline - 1000, deadline, deadline + 10 * SECOND];
  const events = [...(state.phase === 'initialize' ? beginnings(state.since) : []), ...eventsFor(router)];
  return times.flatMap((now) => events.map((event) => [event, now] as const));
}

function beginnings(since: Micros): readonly Event[] {
  const snapshot = { phase: 'active', lastAdvertAt: since } as const;
  return [
    ...[true, false].map((linkUp): Event => ({ type: 'startup', linkUp })),
    { type: 'startup', linkUp: true, finds: 'addresses' },
    { type: 'resumed', linkUp: true, snapshot },
  ];
}

function eventsFor(router: RouterConfig): readonly Event[] {
  const advert = (priority: number, source: Ip): Event => ({
    type: 'advertReceived',
    advert: advertAt(router, priority),
    source,
  });
  return [
    ...[advert(0, HIGHER), advert(1, HIGHER), advert(254, HIGHER), advert(255, HIGHER)],
    ...[advert(router.priority, HIGHER), advert(router.priority, LOWER)],
    ...(['shutdown', 'deadlineReached', 'linkDown', 'linkUp', 'handoverRequested'] as const).map(
      (type): Event => ({ type }),
    ),
    ...(['trackFailed', 'trackRecovered', 'advertSent', 'answeredElsewhere'] as const).map(
      (type): Event => ({ type }),
    ),
    { type: 'advertFailed', reason: 'EPERM', lastSentAt: 0 },
    { type: 'shutdown', keeps: true },
    ...(router.grouped ? (['groupReady', 'groupLost'] as const).map((type): Event => ({ type })) : []),
  ];
}

const advertAt = (router: RouterConfig, priority: number): Advert => ({
  version: 3,
  virtualRouterId: router.virtualRouterId,
  priority,
  addresses: router.addresses.map(({ address }) => address),
  intervalCs: 100,
});

const nameOf = (event: Event): string => event.type.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
