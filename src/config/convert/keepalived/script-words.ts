// The program and the arguments that keepalived makes of what stands behind misc_path, script, quorum_up and notify_*:
// the first word of the line, which is split once more, quotes and escapes each time.
// Source: keepalived 2.2.7 lib/parser.c (alloc_strvec_quoted_escaped), lib/notify.c (set_script_params_array).
import type { Statement } from './tree.ts';

/** Undefined where keepalived makes nothing of it: no program, a quote or a backslash that is left open. */
export function scriptWordsOf({ text }: Pick<Statement, 'text'>): readonly string[] | undefined {
  const [first] = splitScript(text) ?? [];
  const words = first === undefined ? undefined : splitScript(first);
  return words?.[0] ? words : undefined;
}

/** What stands behind the program's word, such as a user. */
export const restOf = ({ text }: Pick<Statement, 'text'>): readonly string[] =>
  splitScript(text)?.slice(1) ?? [];

/**
 * The expression of `regex`, split once; undefined where keepalived takes none. What is quoted in it by \Q and \E is
 * written out, as that means nothing in a `receive`.
 */
export function regexOf({ text }: Pick<Statement, 'text'>): string | undefined {
  const [regex, ...rest] = splitScript(text) ?? [];
  if (regex === undefined || rest.length > 0) return undefined;
  return regex.replaceAll(/\\(?:Q(.*?)(?:\\E|$)|E|.)/gs, (whole, literal?: string) =>
    literal === undefined ? (whole === '\\E' ? '' : whole) : literal.replaceAll(/[^\w\s]/g, String.raw`\$&`),
  );
}

const plain = { '': /[^\s"'\\]*/y, '"': /[^"\\]*/y, "'": /[^'\\]*/y } as const;
const escapeSequence = /\\(?:x([0-9a-fA-F]+)|c(.)|([0-7]{1,3})|(.))/sy;

/** As keepalived: a quote that is left open is an error only where plain text ends in it. */
function splitScript(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let quote: keyof typeof plain = '';
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    at += match?.[0].length ?? 0;
    return match;
  };
  for (take(/\s*/y); at < text.length; take(/\s*/y)) {
    let word = '';
    while (at < text.length) {
      word += take(plain[quote])?.[0] ?? '';
      const next = text[at];
      if (next === undefined) {
        if (quote !== '') return undefined;
      } else if (next === '\\') {
        const match = take(escapeSequence);
        if (match === null) return undefined;
        word += escaped(match);
      } else if (quote !== '') {
        quote = '';
        at += 1;
      } else if (next === '"' || next === "'") {
        quote = next;
        at += 1;
      } else break;
    }
    // A text of C's ends there.
    words.push(word.replace(/\0.*/s, ''));
  }
  return words;
}

const named: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', E: '\x1b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
};

function escaped([, hex, control, octal, letter = '']: RegExpExecArray): string {
  if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex.slice(-2), 16));
  if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) & 0x1f);
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
  return named[letter] ?? letter;
}
