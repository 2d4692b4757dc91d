// What was read of JSON or YAML, of which nothing is known yet.

/** Whether it has keys, as an object or a list has. */
export const isRecord = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;
