// What the daemon says: every event, its level and its typed fields, by area in the files beside this one.
// docs/events.md explains each; a test holds the two together. Cores do not log: shells turn their effects into these.
import type { DaemonEvent } from './daemon-events.ts';
import type { RosterEvent } from './roster-events.ts';
import type { ServiceEvent } from './service-events.ts';
import type { TableEvent } from './table-events.ts';
import type { VrrpEvent } from './vrrp-events.ts';

export type JournalEvent = DaemonEvent | VrrpEvent | ServiceEvent | TableEvent | RosterEvent;

export type EventName = JournalEvent['event'];

/** Hands an event to every sink. Never throws, never waits. */
export type Journal = (event: JournalEvent) => void;

export type Emit = (event: JournalEvent) => void;
