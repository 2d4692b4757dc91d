// What a schema says of a key beside its rule: a sentence and a default. Editors show both (JSON Schema), and the
// tables of docs/config.md are made of them. A default here is text for people; resolve.ts applies defaults.ts.
import * as z from 'zod';

/** A value that is never shown; `writeOnly` is JSON Schema's word for it (validation vocabulary, §9.4). */
export const secret = <Schema extends z.ZodType>(schema: Schema): Schema =>
  schema.meta({ ...schema.meta(), writeOnly: true });

/** Of a list: whether its entries are. */
export function isSecret(schema: z.ZodType): boolean {
  if (schema instanceof z.ZodArray) return isSecret(schema.element as z.ZodType);
  return (schema.meta() as { readonly writeOnly?: boolean } | undefined)?.writeOnly === true;
}

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
  const made = schema.optional();
  // Said of what is made here, as `schema` may be that of several keys, and a copy of it takes its time at each start.
  z.globalRegistry.add(made, {
    ...schema.meta(),
    description,
    ...(value === undefined ? {} : { default: value }),
  });
  return made;
}
