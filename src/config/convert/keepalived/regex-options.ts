// regex_options of a url: those of PCRE that an expression can say itself are written before it. Source:
// keepalived/check/check_http.c (regex_options), pcre2pattern(3) "Internal option setting".
import type { Noting } from '../converted.ts';
import type { Statement } from './tree.ts';

const letters: ReadonlyMap<string, string> = new Map([
  ['caseless', 'i'],
  ['multiline', 'm'],
  ['dotall', 's'],
  ['extended', 'x'],
]);

/** They say how a match is sought, or what an expression may not contain. */
const withoutEffect: ReadonlySet<string> = new Set([
  ...['auto_callout', 'no_auto_possess', 'no_dotstar_anchor', 'no_start_optimize', 'use_offset_limit'],
  ...['never_ucp', 'never_utf', 'never_backslash_c', 'alt_verbnames'],
]);

/** keepalived adds the lines up. @param block of the url */
export function withOptions(pattern: string, block: Statement['block'], note: Noting): string {
  const given = (block ?? []).filter(({ key }) => key === 'regex_options');
  for (const { at, words } of given) {
    const lost = words.filter((word) => !letters.has(word) && !withoutEffect.has(word));
    if (lost.length > 0)
      note(at, 'check', `regex_options ${lost.join(' ')}: left out, as an expression cannot say so itself`);
  }
  const words = new Set(given.flatMap((each) => each.words));
  const flags = [...letters].flatMap(([word, letter]) => (words.has(word) ? [letter] : [])).join('');
  return flags === '' ? pattern : `(?${flags})${pattern}`;
}
