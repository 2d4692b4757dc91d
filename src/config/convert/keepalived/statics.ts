// static_ipaddress, static_routes and static_rules as the lists of that name. Source: keepalived.conf(5), "Static routes/
// addresses/rules"; keepalived/vrrp/vrrp_data.c.
import { parseVirtualAddress } from '../../../net/virtual-address.ts';
import type { Fields, Noting } from '../converted.ts';
import { addressOf } from './addresses.ts';
import { type RulePriorities, routesIn, rulesIn } from './routes.ts';
import type { Statement } from './tree.ts';

export type StaticsOf = {
  /** Where an address names none. */
  readonly device: string;
  /** Of rules that name none: one row for all that keepalived adds. */
  readonly priorities: RulePriorities;
  readonly note: Noting;
};

export const staticKeys = ['static_ipaddress', 'static_routes', 'static_rules'] as const;
type Blocks = (...keys: readonly string[]) => readonly Statement[];

/** Blocks of one key add up. */
export function staticsOf(blocksOf: Blocks, { device, priorities, note }: StaticsOf): Fields {
  const linesIn = (key: string) => blocksOf(key).flatMap(({ block }) => block ?? []);
  return {
    static_ipaddress: linesIn('static_ipaddress').flatMap((line) => staticAddress(line, device, note)),
    static_routes: routesIn('static_routes', linesIn('static_routes'), note),
    static_rules: rulesIn('static_rules', linesIn('static_rules'), priorities, note),
  };
}

/** Without a virtual router nobody holds them. */
export function noteUnheld(blocksOf: Blocks, note: Noting): void {
  for (const { key, at } of blocksOf(...staticKeys))
    note(at, 'missing', `${key}: left out, as there is no virtual router beside it`);
}

function staticAddress(line: Statement, device: string, note: Noting): readonly string[] {
  const text = addressOf('static_ipaddress', line, note)?.replace(' track no', '');
  if (text === undefined) return [];
  return [parseVirtualAddress(text)?.device === undefined ? `${text} dev ${device}` : text];
}
