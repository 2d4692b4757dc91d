// An ldirectord.cf as YAML: both grammars end in one tree (document.ts), so the tree is written out as it is, but for
// what the two dialects judge differently (resolve.ts).

import { parseLdirectord } from '../ldirectord/read.ts';
import type { ConfigNode, MapNode } from '../tree/node.ts';
import { type Converted, collectNotes, type Fields, type Value } from './converted.ts';

/** @param text without a byte order mark */
export function convertLdirectord(text: string, file: string): Converted {
  const { root, problems } = parseLdirectord(text, file);
  const { note, notes } = collectNotes();
  for (const { at, severity, message } of problems)
    note(at, severity === 'error' ? 'unreadable' : 'approximate', message);
  const document = fieldsOf(root);
  const virtual = root.entries.find(({ key }) => key === 'virtual')?.value;
  const services = virtual?.kind === 'list' ? virtual.items.flatMap((item) => serviceOf(item)) : [];
  const executed = root.entries.filter(({ key }) => key === 'execute');
  for (const { value } of executed) {
    const files = [valueIn(value)].flat().join(', ');
    note(
      value.at,
      'respelled',
      `execute ${files}: read as it is, in ldirectord's form; convert it by itself to have it in YAML`,
    );
  }
  const vrrp = (document.vrrp ?? []) as readonly Value[];
  return { document: { ...document, vrrp, virtual: services }, notes: notes() };

  function serviceOf(item: ConfigNode): readonly Fields[] {
    if (item.kind !== 'map') return [];
    const fields = fieldsOf(item);
    // ldirectord never passes -o for a mark.
    if (fields.fwmark === undefined || fields.ops === undefined) return [fields];
    note(item.at, 'ignored', 'ops: left out, as ldirectord has no effect of it for a firewall mark');
    return [{ ...fields, ops: undefined }];
  }
}

const fieldsOf = (node: MapNode): Fields =>
  Object.fromEntries(node.entries.map(({ key, value }) => [key, valueIn(value)]));

function valueIn(node: ConfigNode): Value {
  if (node.kind === 'scalar') return node.text;
  return node.kind === 'list' ? node.items.map(valueIn) : fieldsOf(node);
}
