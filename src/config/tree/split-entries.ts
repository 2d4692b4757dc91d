// The text of a YAML config cut into the entries of `virtual` and all the rest, by lines alone: so that each entry can
// be read by itself, and one that was read before need not be. What this cannot tell for certain is not cut: then the
// document is read as a whole (load.ts), which is slower and never wrong.

export type EntryText = {
  /** Whole lines, from that of the dash to the next entry's. */
  readonly text: string;
  /** The first of them in the file, from 1. */
  readonly line: number;
};

export type SplitText = {
  /** The document without the entries, each other line where it was. */
  readonly head: string;
  /** Of the key `virtual`. */
  readonly line: number;
  readonly entries: readonly EntryText[];
};

const key = 'virtual:';
/** The rest of its line: nothing but blanks and a comment. */
const nothing = /^[ \t]*$|^[ \t]+#/;

/** @returns undefined where there is no block of entries below a plain key at the margin. A second one stays in the head. */
export function splitEntries(text: string): SplitText | undefined {
  // js-yaml ends lines there too, which nothing below would see.
  if (text.includes('\r')) return undefined;
  const start = text.startsWith(key) ? 0 : text.indexOf(`\n${key}`) + 1;
  if (!text.startsWith(key, start)) return undefined;
  const first = endOfLine(text, start);
  if (!nothing.test(text.slice(start + key.length, first).trimEnd())) return undefined;
  const line = linesIn(text, 0, start) + 1;
  const section = cut(text, first, line + 1);
  if (section === undefined) return undefined;
  const { entries, end, endLine } = section;
  const rest = text.slice(end);
  const head = text.slice(0, first) + (rest === '' ? '' : '\n'.repeat(endLine - line - 1) + rest);
  return { head, line, entries };
}

function cut(text: string, from: number, firstLine: number) {
  const entries: EntryText[] = [];
  let begun: { readonly at: number; readonly line: number; readonly margin: number } | undefined;
  let [at, line] = [from, firstLine];
  const finish = () => {
    if (begun !== undefined) entries.push({ text: text.slice(begun.at, at), line: begun.line });
  };
  for (; at < text.length; at = endOfLine(text, at), line += 1) {
    const indent = indentAt(text, at);
    const code = text.charCodeAt(at + indent);
    if (code === TAB) return undefined;
    if (Number.isNaN(code) || code === LINE_FEED || code === HASH) continue;
    const margin = begun?.margin ?? indent;
    if (indent > margin) continue;
    if (indent === margin && code === DASH && isBlank(text.charCodeAt(at + indent + 1))) {
      finish();
      begun = { at, line, margin };
    } else if (indent === 0 && begun !== undefined) break;
    else return undefined;
  }
  finish();
  return begun === undefined ? undefined : { entries, end: at, endLine: line };
}

const [TAB, LINE_FEED, SPACE, HASH, DASH] = [0x09, 0x0a, 0x20, 0x23, 0x2d];
const isBlank = (code: number): boolean => code === SPACE || code === LINE_FEED || Number.isNaN(code);

/** Behind its line feed. */
function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

function indentAt(text: string, at: number): number {
  let end = at;
  while (text.charCodeAt(end) === SPACE) end += 1;
  return end - at;
}

function linesIn(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
