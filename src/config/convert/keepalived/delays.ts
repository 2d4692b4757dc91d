// keepalived's delays: of its start, after the boot, and of interfaces that come and go (two times, down first, of which
// the second may be left out). Source: keepalived.conf(5), vrrp_parser.c.
import type { Fields, Noting } from '../converted.ts';
import { type Statement, seconds, wordOf } from './tree.ts';

export const delayKeys = ['vrrp_startup_delay', 'vrrp_delay_after_boot'] as const;

/** Undefined where nothing is said of it. */
export function processOf(globals: readonly Statement[]): Fields | undefined {
  const start_delay = seconds(wordOf(globals, 'vrrp_startup_delay'));
  const delay_after_boot = seconds(wordOf(globals, 'vrrp_delay_after_boot'));
  return start_delay === undefined && delay_after_boot === undefined
    ? undefined
    : { start_delay, delay_after_boot };
}

/** @param blocks each `interface_up_down_delays`. */
export function interfacesOf(blocks: readonly Statement[], note: Noting): readonly Fields[] {
  const found = new Map<string, Fields>();
  for (const { key, words, at } of blocks.flatMap(({ block }) => block ?? [])) {
    const [down, up] = words;
    if (down === undefined) {
      note(at, 'ignored', `interface_up_down_delays ${key}: left out, as it names no time`);
      continue;
    }
    found.set(key, { name: key, down_delay: seconds(down), up_delay: seconds(up) });
  }
  return [...found.values()];
}
