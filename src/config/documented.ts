// What a schema says of a key beside its rule: a sentence and a default. Editors show both (JSON Schema), and the
// tables of docs/config.md are made of them. A default here is text for people; resolve.ts applies defaults.ts.
import type { z } from 'zod';

/** A key that must be given. */
export const required = <Schema extends z.ZodType>(schema: Schema, description: string): Schema =>
  schema.meta({ ...schema.meta(), description });

/** A key that may be left out. @param defaultText as it would be written in the file */
export function optional<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  defaultText?: string,
) {
  const value = defaultText !== undefined && /^\d+$/.test(defaultText) ? Number(defaultText) : defaultText;
  return schema
    .meta({ ...schema.meta(), description, ...(value === undefined ? {} : { default: value }) })
    .optional();
}
