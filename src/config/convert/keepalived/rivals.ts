// What a vrrp_instance does when another is active too: adverts at once, and announcements. In strict mode keepalived does
// neither, whatever is written. Source: keepalived/vrrp/vrrp.c (vrrp_complete_instance, vrrp_state_master_rx).
import type { Fields, Noting } from '../converted.ts';
import type { Election } from './election.ts';
import { digitsWithin, isPlainNumber, isSet, lastOf, type Statement, seconds } from './tree.ts';

const adverts = ['lower_prio_no_advert', 'higher_prio_send_advert'] as const;
const announcements = ['garp_lower_prio_repeat', 'garp_lower_prio_delay'] as const;
export const rivalKeys: readonly string[] = [...adverts, ...announcements];

/** Of global_defs. */
export const sharedRivalKeys: readonly string[] = rivalKeys.map((key) => `vrrp_${key}`);

const repeatMax = 255;

export function rivalryOf(
  block: Statement['block'],
  { strict, version, fields: { strict_mode: own } }: Election,
  globals: readonly Statement[],
  note: Noting,
): Fields {
  if (strict) {
    for (const { key, at } of (block ?? []).filter(({ key }) => rivalKeys.includes(key)))
      note(at, 'ignored', `${key}: left out, as keepalived has no effect of it in strict mode`);
    // RFC 9568 has an active answer at once, RFC 3768 does not, and keepalived's strict mode never does.
    const isStrict = own !== 'no';
    return {
      lower_prio_no_advert: isStrict && version === '2' ? undefined : 'yes',
      higher_prio_send_advert: isStrict ? undefined : 'no',
    };
  }
  const given = (key: string) => lastOf(block, key) ?? lastOf(globals, `vrrp_${key}`);
  const [repeat, delay] = announcements.map(given);
  return {
    ...Object.fromEntries(
      adverts.map((key) => {
        const said = given(key);
        return [key, said && (isSet([said], said.key) ? 'yes' : 'no')];
      }),
    ),
    garp_lower_prio_repeat: repeat && repeatOf(repeat, note),
    garp_lower_prio_delay: delay && delayOf(delay, note),
  };
}

function repeatOf({ key, words, at }: Statement, note: Noting): string | undefined {
  const text = words[0] ?? '';
  const value = digitsWithin(text, 0, 2_147_483_647);
  if (value === undefined || !isPlainNumber(text))
    note(at, 'mended', `${key} ${text}: ${value ?? 'left out'}, as keepalived makes of it`);
  if (value === undefined || value <= repeatMax) return value === undefined ? undefined : `${value}`;
  note(at, 'limited', `${key} ${value}: ${repeatMax}, which is the most there is here`);
  return `${repeatMax}`;
}

function delayOf({ key, words, at }: Statement, note: Noting): string | undefined {
  const value = seconds(words[0]);
  if (value === undefined) note(at, 'mended', `${key} ${words[0] ?? ''}: left out, as it is no time`);
  return value;
}
