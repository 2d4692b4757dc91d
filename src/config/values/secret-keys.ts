// Which keys of a config hold a secret: those that the schema marks (documented.ts). Derived from it, so that a key is
// marked in one place. What is done with that is said in problem.ts and hide-secrets.ts.
import { z } from 'zod';
import { hidden, hideFromName } from '../../net/hide-secrets.ts';
import { documentSchema } from '../document.ts';
import { isSecret } from './documented.ts';

/** `auth_pass` and `authPass` are one name. */
const plain = (name: string): string => name.replaceAll(/[-_]/g, '').toLowerCase();

function secretsIn(schema: z.ZodType, key: string): readonly string[] {
  if (isSecret(schema)) return [plain(key)];
  if (schema instanceof z.ZodOptional) return secretsIn(schema.unwrap() as z.ZodType, key);
  if (schema instanceof z.ZodArray) return secretsIn(schema.element as z.ZodType, key);
  if (!(schema instanceof z.ZodObject)) return [];
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  return Object.entries(shape).flatMap(([name, each]) => secretsIn(each, name));
}

function keysIn(schema: z.ZodType): readonly string[] {
  if (schema instanceof z.ZodOptional) return keysIn(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return keysIn(schema.element as z.ZodType);
  if (!(schema instanceof z.ZodObject)) return [];
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  return Object.entries(shape).flatMap(([name, each]) => [name, ...keysIn(each)]);
}

/** Every key there is, wherever it may stand. */
export const knownKeys: readonly string[] = [...new Set(keysIn(documentSchema))];
export const isKnownKey = (name: string): boolean => knownKeys.includes(name);

const secretKeys: ReadonlySet<string> = new Set(secretsIn(documentSchema, ''));

/** In the file's spelling or in the Config's. */
export const isSecretKey = (name: string): boolean => secretKeys.has(plain(name));

/** For JSON.stringify: a Config, or a part of one, without the secrets in it. */
export function withoutSecrets(name: string, value: unknown): unknown {
  if (isSecretKey(name) && value !== undefined && value !== '') return hidden;
  return typeof value === 'string' ? hideFromName(value) : value;
}

/** Every secret of a Config, or of a part of one. */
export function secretsOfConfig(config: unknown): readonly string[] {
  const found: string[] = [];
  JSON.stringify(config, (name, value: unknown) => {
    if (typeof value === 'string' && isSecretKey(name)) found.push(value);
    return value;
  });
  return [...new Set(found)];
}
