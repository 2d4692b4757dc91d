// An event as it is told: its name and the fields that the catalogue gives it. Cores do not log: shells turn their
// effects into these.
import type { catalogue } from './catalogue.ts';
import type { Entry } from './entry.ts';

type Catalogue = typeof catalogue;

export type EventName = keyof Catalogue;

type FieldsOf<Name extends EventName> = Catalogue[Name] extends Entry<infer Fields> ? Fields : never;

/** One type, and not two joined by `&`: what a compiler says of it can be read. */
type Flat<T> = { readonly [Key in keyof T]: T[Key] };

export type JournalEvent = {
  [Name in EventName]: Flat<{ readonly event: Name } & FieldsOf<Name>>;
}[EventName];

/** Hands an event to every sink. Never throws, never waits. */
export type Journal = (event: JournalEvent) => void;

export type Emit = (event: JournalEvent) => void;
