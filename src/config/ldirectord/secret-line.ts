// A secret of an ldirectord.cf that stands elsewhere: `passwd = {file: /etc/lvs-director/mysql.password}`, as in YAML. Stock
// refuses such a line, as it wants quotes; so in quotes it is what it is to stock, a text.
import type { Position } from '../../model/config/problem.ts';
import type { ConfigNode, MapNode } from '../tree/node.ts';
import { noKeys } from '../tree/schema-keys.ts';
import { parseYaml } from '../tree/yaml.ts';
import { listKeys, ownVirtualKeys } from './keys.ts';
import type { Field } from './values.ts';

/** @returns undefined where the line says the secret itself. */
export function sourceIn({ key, text, warn }: Field, at: Position): ConfigNode | undefined {
  const plain = text.trim();
  if (!/^\{\s*(?:file|credential|env)\s*:[^{}]*\}$/.test(plain)) return undefined;
  const { root, problems } = parseYaml(plain, at.file, { keys: noKeys });
  if (root?.kind !== 'map' || problems.length > 0) return undefined;
  if (!ownVirtualKeys.has(key)) warn('a text in double quotes (it knows no secrets in files)', plain);
  const entries = root.entries.map((entry) => ({ ...entry, keyAt: at, value: { ...entry.value, at } }));
  const node: MapNode = { kind: 'map', at, entries };
  return listKeys.has(key) ? { kind: 'list', items: [node], at } : node;
}
