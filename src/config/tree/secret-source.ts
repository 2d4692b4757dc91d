// Where a secret stands that is not in the config itself: `{file: PATH}`, `{credential: NAME}` (systemd.exec(5),
// LoadCredential=) or `{env: NAME}`, at every key that the schema marks as secret and in each entry of such a list.
// Only the form is decided here; who reads it is the host's (model/config/environment.ts).
import type { SecretSource } from '../../model/config/environment.ts';
import { unshown } from '../problem.ts';
import type { ConfigNode, MapNode } from './node.ts';

const kinds = ['file', 'credential', 'env'] as const;
type Kind = (typeof kinds)[number];

const isKind = (key: string): key is Kind => kinds.some((kind) => kind === key);

/** Whether a map means this, and not a value for each director. One alone always does. */
export function isSourced(node: ConfigNode, director: string): node is MapNode {
  if (node.kind !== 'map') return false;
  const [first, ...others] = node.entries;
  if (first !== undefined && others.length === 0) return isKind(first.key);
  return node.entries.some(({ key }) => isKind(key)) && node.entries.every(({ key }) => key !== director);
}

export type BadSource = { readonly rule: string; readonly got: string };

export function sourceOf({ entries }: MapNode): SecretSource | BadSource {
  const [first, ...others] = entries;
  if (first === undefined || others.length > 0 || !isKind(first.key))
    return { rule: 'one of {file: PATH}, {credential: NAME} and {env: NAME}', got: 'a map' };
  const { key, value } = first;
  const { rule, fits } = rules[key];
  const name = value.kind === 'scalar' ? value.text : undefined;
  if (name === undefined) return { rule, got: `a ${value.kind}` };
  // The secret itself may have slipped into the place of its name.
  return fits.test(name) ? { kind: key, name } : { rule, got: unshown(name) };
}

const rules: Readonly<Record<Kind, { readonly rule: string; readonly fits: RegExp }>> = {
  file: { rule: 'the absolute path of a file', fits: /^\/[^\0\n]{1,4095}$/ },
  credential: { rule: 'the name of a credential of systemd', fits: /^(?!\.\.?$)[\w.@:-]{1,255}$/ },
  env: { rule: 'the name of an environment variable', fits: /^[A-Za-z_]\w{0,254}$/ },
};

/** As the JSON Schema has it. */
export const sourceJsonSchema = {
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: {
    file: { type: 'string', pattern: '^/', description: 'A file that holds it.' },
    credential: { type: 'string', description: 'A credential of systemd (LoadCredential=) that holds it.' },
    env: { type: 'string', description: 'A variable of the environment that holds it.' },
  },
} as const;
