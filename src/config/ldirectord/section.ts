// A block of an ldirectord.cf as it is read: which keys it may have, and what it has of them so far; at the end the tree that
// the schema reads.
import type { Position } from '../../model/config/problem.ts';
import type { ConfigNode, MapEntry, MapNode } from '../tree/node.ts';
import { type Keys, listKeys, type VrrpSection, vrrpSections } from './keys.ts';

export type Section = {
  readonly kind: 'global' | 'virtual' | VrrpSection;
  readonly keys: Keys;
  readonly family: 'inet' | 'inet6';
  readonly mark: boolean;
  readonly at: Position;
  /** By key; the last line wins, list keys add up. */
  readonly entries: Map<string, MapEntry>;
};

export function section(
  kind: Section['kind'],
  keys: Keys,
  at: Position,
  options: Partial<Section> = {},
): Section {
  return { kind, keys, family: 'inet', mark: false, at, entries: new Map(), ...options };
}

export const isVrrpSection = (key: string): key is VrrpSection => Object.hasOwn(vrrpSections, key);

/** Under the name that the schema has for it. */
export const storedKey = (key: string, target: Section): string =>
  target.kind === 'virtual' && (key === 'real6' || key === 'fallback6') ? key.slice(0, -1) : key;

export function put(target: Section, key: string, value: ConfigNode): void {
  const before = target.entries.get(key)?.value;
  const items = value.kind === 'list' ? value.items : [value];
  const adds = listKeys.has(key) && value.kind !== 'map';
  const earlier = before?.kind === 'list' ? before.items : [];
  const stored: ConfigNode = adds ? { kind: 'list', items: [...earlier, ...items], at: value.at } : value;
  target.entries.set(key, { key, keyAt: value.at, value: stored });
}

/** What both grammars end in. */
export function toTree(global: Section, sections: readonly Section[]): MapNode {
  const list = (kind: Section['kind']): MapEntry => {
    const items = sections.filter((each) => each.kind === kind).map(toMap);
    return { key: kind, keyAt: global.at, value: { kind: 'list', items, at: global.at } };
  };
  const kinds = ['virtual', ...Object.keys(vrrpSections).filter(isVrrpSection)] as const;
  const lists = kinds
    .filter((kind) => kind === 'virtual' || kind === 'vrrp' || has(sections, kind))
    .map(list);
  return { kind: 'map', at: global.at, entries: [...global.entries.values(), ...lists] };
}

const has = (sections: readonly Section[], kind: Section['kind']): boolean =>
  sections.some((each) => each.kind === kind);

const toMap = (each: Section): MapNode => ({ kind: 'map', at: each.at, entries: [...each.entries.values()] });
