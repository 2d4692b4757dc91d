// What metrics count of events, as they are told: transitions of routers, readings of the config, and what a sink of the log
// or of notices lost, and what a FIFO did. A listener: never throws, never waits. What parts of the daemon count themselves is theirs.
import type { JournalEvent } from '../../journal/event.ts';

export type Transitions = {
  /** How many of each kind, by "FROM TO". */
  readonly counts: ReadonlyMap<string, number>;
  /** Of the last one, in ms since 1970. */
  readonly at: number;
};

export type EventCounts = {
  readonly heard: (event: JournalEvent) => void;
  /** By the name of the router. */
  readonly transitions: () => ReadonlyMap<string, Transitions>;
  /** Lines and notices that were not delivered, by sink. */
  readonly dropped: () => ReadonlyMap<string, number>;
  /** @property since when the config is in force, in ms since 1970; undefined: it is an earlier one than the file. */
  readonly reload: () => { readonly succeeded: boolean; readonly succeededAt?: number };
};

export type EventCountsOptions = {
  /** In ms since 1970. */
  readonly wallTime: () => number;
  /** The start found a bad file, and runs on with the last good one. */
  readonly rejected: boolean;
  /** By the places of the log, which says of itself to nobody else what it lost. */
  readonly linesLost: () => ReadonlyMap<string, number>;
};

/** Names of routers and sinks that come and go with reloads do not add up without end. */
const namesMax = 1000;

export function createEventCounts({ wallTime, rejected, linesLost }: EventCountsOptions): EventCounts {
  const transitions = new Map<string, { counts: Map<string, number>; at: number }>();
  const dropped = new Map<string, number>();
  let reload: ReturnType<EventCounts['reload']> = rejected
    ? { succeeded: false }
    : { succeeded: true, succeededAt: wallTime() };

  return {
    heard: (event) => {
      switch (event.event) {
        case 'vrrp.transition': {
          const known = transitions.get(event.instance) ?? { counts: new Map(), at: 0 };
          known.at = wallTime();
          add(known.counts, `${event.from} ${event.to}`, 1);
          if (transitions.size < namesMax) transitions.set(event.instance, known);
          return;
        }
        case 'daemon.reloaded':
          reload = { succeeded: true, succeededAt: wallTime() };
          return;
        case 'daemon.reload_rejected':
          reload = { ...reload, succeeded: false };
          return;
        case 'notice.lost':
          add(dropped, event.sink, event.notices);
          return;
        case 'fifo.lost':
          add(dropped, event.fifo, event.lines);
          return;
      }
    },
    transitions: () => transitions,
    dropped: () => new Map([...linesLost(), ...dropped]),
    reload: () => reload,
  };
}

function add(counts: Map<string, number>, name: string, count: number): void {
  const before = counts.get(name);
  if (before !== undefined || counts.size < namesMax) counts.set(name, (before ?? 0) + count);
}
