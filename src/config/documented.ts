// What a schema says of a key beside its rule: a sentence and a default. Editors show both (JSON Schema), and
// docs/config.md is made of them (reference.ts). A default here is text for people; resolving applies defaults.ts.
import type { z } from 'zod';

export type Documentation = { readonly description: string; readonly defaultText?: string };

const documentation = new WeakMap<z.ZodType, Documentation>();

/** A key that must be given. */
export function required<Schema extends z.ZodType>(schema: Schema, description: string): Schema {
  const described = schema.meta({ ...schema.meta(), description });
  documentation.set(described, { description, defaultText: 'required' });
  return described;
}

/** A key that may be left out. @param defaultText as it would be written in the file */
export function optional<Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  defaultText?: string,
) {
  const described = schema.meta({ ...schema.meta(), description });
  const result = described.optional();
  documentation.set(result, { description, ...(defaultText === undefined ? {} : { defaultText }) });
  return result;
}

export const documentationOf = (schema: z.ZodType): Documentation | undefined => documentation.get(schema);
