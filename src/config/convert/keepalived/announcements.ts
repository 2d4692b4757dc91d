// How often a vrrp_instance says on the LAN that the addresses are its own. A count of 0 is 1 for keepalived. Source:
// keepalived/vrrp/vrrp_parser.c and keepalived/core/global_parser.c (garp_*).
import type { Fields, Noting } from '../converted.ts';
import { digitsWithin, isPlainNumber, isSet, lastFitting, lastOf, type Statement, seconds } from './tree.ts';

export const announcementKeys = [
  ...['garp_master_repeat', 'garp_master_delay', 'garp_master_refresh', 'garp_master_refresh_repeat'],
  'garp_interval',
] as const;
type Key = (typeof announcementKeys)[number];

/** Of global_defs. */
export const sharedKeys = [...announcementKeys.map((key) => `vrrp_${key}`), 'vrrp_min_garp'];

const counts: ReadonlySet<Key> = new Set(['garp_master_repeat', 'garp_master_refresh_repeat']);
const repeatMax = 255;
const intervalMaxSec = 10;

export function announcementsOf(
  block: Statement['block'],
  globals: readonly Statement[],
  note: Noting,
): Fields {
  // One gratuitous ARP and no second round (keepalived.conf(5), vrrp_min_garp).
  const least: Partial<Record<Key, string>> = isSet(globals, 'vrrp_min_garp')
    ? { garp_master_repeat: '1', garp_master_delay: '0' }
    : {};
  const isRefreshed =
    !isSet(globals, 'vrrp_min_garp') ||
    lastOf(block, 'garp_master_refresh_repeat') !== undefined ||
    lastOf(globals, 'vrrp_garp_master_refresh_repeat') !== undefined;
  // Of a refresh it leaves no announcement.
  const keys = announcementKeys.filter((key) => isRefreshed || !key.startsWith('garp_master_refresh'));
  return Object.fromEntries(
    keys.map((key) => {
      const fits = (text: string) => !text.startsWith('-');
      const given = lastFitting(block, key, fits) ?? lastFitting(globals, `vrrp_${key}`, fits);
      const value =
        given === undefined ? undefined : counts.has(key) ? countOf(given, note) : timeOf(key, given, note);
      return [key, value ?? least[key]];
    }),
  );
}

/** A negative number is passed over. */
function countOf(given: Statement, note: Noting): string | undefined {
  const text = given.words[0] ?? '';
  if (text.startsWith('-')) {
    note(given.at, 'ignored', `${given.key} ${text}: left out, as keepalived does`);
    return undefined;
  }
  const value = digitsWithin(text, 0, 0xffff_ffff);
  const kept = Math.max(1, Math.min(value ?? 1, repeatMax));
  if (value === undefined || value === 0 || !isPlainNumber(text))
    note(given.at, 'mended', `${given.key} ${text}: ${kept}, as keepalived makes of it`);
  else if (kept !== value)
    note(given.at, 'limited', `${given.key} ${value}: ${kept}, which is the most there is here`);
  return `${kept}`;
}

function timeOf(key: Key, given: Statement, note: Noting): string | undefined {
  const text = given.words[0] ?? '';
  if (text.startsWith('-')) {
    note(given.at, 'ignored', `${given.key} ${text}: left out, as keepalived does`);
    return undefined;
  }
  const isDecimal = key === 'garp_interval';
  const value = isDecimal ? seconds(text) : isPlainNumber(text) ? `${Number(text)}` : undefined;
  if (value === undefined) {
    const kept = isDecimal ? 0 : (digitsWithin(text, 0, 0xffff_ffff) ?? 0);
    note(given.at, 'mended', `${given.key} ${text}: ${kept}, as keepalived makes of it`);
    return `${kept}`;
  }
  if (!isDecimal || Number(text) <= intervalMaxSec) return value;
  note(given.at, 'limited', `${given.key} ${text}: ${intervalMaxSec}, which is the most there is here`);
  return `${intervalMaxSec}`;
}
