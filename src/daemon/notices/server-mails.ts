// Which changes of servers are mailed: what becomes of a server by its verdict, once each; that it leaves with a reload or a
// stop; and again and again that it is down, where that is asked for (emailalertfreq). A server that the table served
// before this run is no news while it is up, and one without a verdict is none at all. Source: ldirectord
// (ld_emailalert_send).
import type { MailState } from '../../model/config/mail.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, realName, type ServiceName } from '../../model/ipvs.ts';
import { type ServerKey, serverKey } from '../../model/names.ts';
import type { Clock } from '../../ports/clock.ts';
import { type MailLine, purgeLine, reminderLine, serverLine } from './mail-lines.ts';
import { createReminders } from './reminders.ts';

type Told = { readonly is: 'up' | 'down'; readonly detail: string };

export type ServerMails = {
  readonly becomes: (service: ServiceName, real: RealName, verdict: Told) => void;
  /** The servers of the moment are those that the daemon began with, or has by a reload: their first verdicts are its. */
  readonly configured: (state: 'starting' | 'reloading') => void;
  /** The table is emptied. */
  readonly stopped: () => void;
  /** No more of those that are down. */
  readonly close: () => void;
};

export type ServerMailsPorts = {
  readonly clock: Clock;
  readonly virtuals: () => readonly VirtualConfig[];
  /** In ms; 0: not. */
  readonly repeatOf: (virtual: VirtualConfig) => number;
  /** Whether the table had it before this run, and it has served since. */
  readonly wasServing: (service: ServiceName, real: RealName) => boolean;
  readonly tell: (virtual: VirtualConfig, line: MailLine, state?: MailState) => void;
};

type Key = ServerKey<RealName>;
type Place = {
  readonly virtual: VirtualConfig;
  readonly real: RealName;
  readonly weight: number;
  readonly mailed: boolean;
};
type Known = { readonly place: Place; readonly is: 'up' | 'down' };

export function createServerMails({
  clock,
  virtuals,
  repeatOf,
  wasServing,
  tell,
}: ServerMailsPorts): ServerMails {
  const known = new Map<Key, Known>();
  /** Those whose first verdict is still part of a start or a reload. */
  const fresh = new Map<Key, MailState>();
  const placesOf = createPlaces(virtuals);
  const reminders = createReminders<Key>(clock, (key) => {
    const place = placesOf().get(key);
    if (place === undefined) return 0;
    tell(place.virtual, reminderLine(place.virtual, place.real));
    return repeatOf(place.virtual);
  });

  return {
    becomes: (service, real, { is, detail }) => {
      const key = serverKey(service, real);
      const place = placesOf().get(key);
      const before = known.get(key);
      if (place === undefined || before?.is === is) return;
      const { virtual, weight, mailed } = place;
      known.set(key, { place, is });
      const first = fresh.get(key);
      fresh.delete(key);
      if (!mailed) return;
      reminders.set(key, is === 'down' ? repeatOf(virtual) : 0);
      if (before === undefined && is === 'up' && wasServing(service, real)) return;
      const wasThere = virtual.quiescent && (before !== undefined || virtual.readdquiescent);
      tell(virtual, serverLine(virtual, { real, becomes: is, wasThere, weight, detail }), first);
    },
    configured: (state) => {
      const places = placesOf();
      for (const key of places.keys()) if (!known.has(key) && !fresh.has(key)) fresh.set(key, state);
      for (const key of fresh.keys()) if (!places.has(key)) fresh.delete(key);
      for (const [key, { place, is }] of known) {
        if (places.has(key)) continue;
        known.delete(key);
        reminders.set(key, 0);
        if (is === 'up' && place.mailed)
          tell(place.virtual, purgeLine(place.virtual, place.real, 'start'), state);
      }
    },
    stopped: () => {
      for (const { place, is } of known.values()) {
        const { virtual, real, mailed } = place;
        if (is === 'up' && mailed && virtual.cleanstop) tell(virtual, purgeLine(virtual, real, 'stop'));
      }
      known.clear();
      reminders.close();
    },
    close: reminders.close,
  };
}

/** The servers by their keys, made anew for another configuration: an event asks for one of ten thousand. */
function createPlaces(virtuals: ServerMailsPorts['virtuals']): () => ReadonlyMap<Key, Place> {
  let made: { readonly of: readonly VirtualConfig[]; readonly places: ReadonlyMap<Key, Place> } | undefined;
  return () => {
    const of = virtuals();
    if (made?.of !== of) made = { of, places: new Map(of.flatMap(placesIn)) };
    return made.places;
  };
}

const placesIn = (virtual: VirtualConfig): readonly (readonly [Key, Place])[] =>
  virtual.reals.map((each) => {
    const real = realName(virtual.id, each);
    const place = { virtual, real, weight: each.weight, mailed: each.mail !== false };
    return [serverKey(formatServiceId(virtual.id), real), place] as const;
  });
