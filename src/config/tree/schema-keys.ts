// Which keys a schema has, wherever they may stand, and which of them hold a secret: those that it marks so
// (documented.ts), and no list beside it. Who shows a part of a file that makes no sense asks here what may be shown.
import * as z from 'zod';
import { isSecret } from '../values/documented.ts';

export type SchemaKeys = {
  readonly all: readonly string[];
  readonly isKnown: (name: string) => boolean;
  /** In the file's spelling or in the Config's: `auth_pass` and `authPass` are one name. */
  readonly isSecret: (name: string) => boolean;
};

export function keysOf(schema: z.ZodType): SchemaKeys {
  const all = [...new Set(namesIn(schema))];
  const secrets = new Set(secretsIn(schema, ''));
  return {
    all,
    isKnown: (name) => all.includes(name),
    isSecret: (name) => secrets.has(plain(name)),
  };
}

/** Of a text that no schema is for: no key of it is known, so that none is shown. */
export const noKeys: SchemaKeys = { all: [], isKnown: () => false, isSecret: () => false };

const plain = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

function secretsIn(schema: z.ZodType, key: string): readonly string[] {
  if (isSecret(schema)) return [plain(key)];
  return innerOf(schema).flatMap(([name, each]) => secretsIn(each, name ?? key));
}

const namesIn = (schema: z.ZodType): readonly string[] =>
  innerOf(schema).flatMap(([name, each]) => [...(name === undefined ? [] : [name]), ...namesIn(each)]);

/** The schemas within, each with its key; those of an optional value and of entries have none. */
function innerOf(schema: z.ZodType): readonly (readonly [name: string | undefined, schema: z.ZodType])[] {
  if (schema instanceof z.ZodOptional) return [[undefined, schema.unwrap() as z.ZodType]];
  if (schema instanceof z.ZodArray) return [[undefined, schema.element as z.ZodType]];
  return schema instanceof z.ZodObject ? Object.entries(schema.shape as Record<string, z.ZodType>) : [];
}
