// One entry of the catalogue of events (catalogue.ts): the fields of an event, its level, and what the log says of it.
// None of the three can be left out. An entry decides nothing else: whoever makes the event has decided.
import type { LogLevel } from '../model/config/config.ts';

export type Entry<Fields> = {
  /** By its fields, where the same event is more or less serious. */
  readonly level: LogLevel | ((event: Fields) => LogLevel);
  /** One sentence without a full stop, for people; names the thing first. */
  readonly sentence: (event: Fields) => string;
};

/** `'vip.lost': entry<{ address: string }>('warn', ({ address }) => `${address} was lost`)` */
export const entry = <Fields = Record<never, never>>(
  level: Entry<Readonly<Fields>>['level'],
  sentence: Entry<Readonly<Fields>>['sentence'],
): Entry<Readonly<Fields>> => ({ level, sentence });
