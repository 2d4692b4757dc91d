// All that the daemon can say: the entry of each event, by area in the files beside this one. The types of event.ts
// are read off it, so an event without a level or a sentence cannot be told. docs/events.md explains each.
import { advertEvents } from './advert-events.ts';
import { daemonEvents } from './daemon-events.ts';
import type { Entry } from './entry.ts';
import { fifoEvents } from './fifo-events.ts';
import { holdingsEvents } from './holdings-events.ts';
import { noticeEvents } from './notice-events.ts';
import { rosterEvents } from './roster-events.ts';
import { serviceEvents } from './service-events.ts';
import { tableEvents } from './table-events.ts';
import { vrrpEvents } from './vrrp-events.ts';

export const catalogue = {
  ...daemonEvents,
  ...vrrpEvents,
  ...advertEvents,
  ...holdingsEvents,
  ...serviceEvents,
  ...tableEvents,
  ...rosterEvents,
  ...noticeEvents,
  ...fifoEvents,
} satisfies Readonly<Record<string, Entry<never>>>;
