// What was read of JSON or YAML, of which nothing is known yet.

/** Whether it has keys, as an object or a list has. */
export const isRecord = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;

/** Object.entries, which forgets what kind of names the keys are. */
export const entriesOf = <Key extends string, Value>(
  record: Readonly<Record<Key, Value>>,
): readonly (readonly [Key, Value])[] => Object.entries(record) as [Key, Value][];
