// `receive` is a Perl regular expression in ldirectord, and means here what it means there (net/pattern/). This finds
// what is none, and what would not mean the same.

import { parsePattern } from '../../net/pattern/parse-pattern.ts';
import { writeJavaScript } from '../../net/pattern/write-javascript.ts';
import { encodeText, rawByte } from '../../net/raw-bytes.ts';

/** @returns why `pattern` cannot be matched as ldirectord would match it, with what to write instead */
export function explainPattern(pattern: string): string | undefined {
  const wrong = faultOf(pattern);
  return wrong === undefined ? undefined : `a regular expression (${wrong})`;
}

function faultOf(pattern: string): string | undefined {
  const isBytes = rawByte.test(pattern);
  const parsed = parsePattern(isBytes ? encodeText(pattern).toString('latin1') : pattern);
  if ('refused' in parsed) return parsed.refused;
  // Perl has their other case in a text of characters and not in one of bytes, as stock compares it.
  if (parsed.foldsBeyondAscii && !isBytes) return '(?i) with letters beyond ASCII; write both cases, [Üü]';
  try {
    new RegExp(writeJavaScript(parsed.tree), 'u');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
  }
}
