// The keys of a config that hold a secret, derived from its schema, so that a key is marked in one place. What is done
// with that is said in problem.ts and hide-secrets.ts.
import { hidden, hideFromName, hideFromWord } from '../net/hide-secrets.ts';
import { documentSchema } from './document.ts';
import { keysOf } from './tree/schema-keys.ts';

export const documentKeys = keysOf(documentSchema);

/** In the file's spelling or in the Config's. */
export const isSecretKey = documentKeys.isSecret;

/** For JSON.stringify: a Config, or a part of one, without the secrets in it. */
export function withoutSecrets(name: string, value: unknown): unknown {
  if (isSecretKey(name) && value !== undefined && value !== '') return hidden;
  if (typeof value === 'string') return hideFromName(value);
  return isWords(value) ? hideFromWord(value) : value;
}

const isWords = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((word) => typeof word === 'string');

/** Every secret of a Config, or of a part of one. */
export function secretsOfConfig(config: unknown): readonly string[] {
  const found: string[] = [];
  JSON.stringify(config, (name, value: unknown) => {
    if (isSecretKey(name)) found.push(...textsOf(value));
    return value;
  });
  return [...new Set(found)];
}

/** Of headers, which are pairs of a name and a value, the values. */
const textsOf = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.flatMap((each: unknown) => textsOf(Array.isArray(each) ? each.at(-1) : each))
      : [];
