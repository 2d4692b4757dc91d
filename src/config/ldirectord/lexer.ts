// An ldirectord.cf as lines: where each begins, its key and what stands after the equals sign, nothing judged. The
// grammar is line oriented: no continuation, no include (docs/reference/ldirectord.md §1). Which lines make a block is
// decided in read.ts, what a value means in values.ts.

export type Line = {
  /** From 1. */
  readonly number: number;
  readonly kind: 'blank' | 'comment' | 'directive' | 'bare';
  /** Width of the leading blanks; a tab counts four, as in ldirectord. */
  readonly indent: number;
  /** The first word; of a bare line all of it. */
  readonly key: string;
  readonly keyColumn: number;
  /** What stands after the equals sign and its blanks. */
  readonly value: string;
  readonly valueColumn: number;
};

export type Lexed = {
  readonly lines: readonly Line[];
  /** The first line that ends in CR LF. */
  readonly firstCrlf?: number;
};

/** @param text without a byte order mark */
export function lexLdirectord(text: string): Lexed {
  const raw = text.split('\n');
  const firstCrlf = raw.findIndex((line) => line.endsWith('\r')) + 1;
  const lines = raw.map((line, index) => lexLine(line.replace(/\r$/, ''), index + 1));
  return { lines, ...(firstCrlf === 0 ? {} : { firstCrlf }) };
}

function lexLine(text: string, number: number): Line {
  const leading = /^\s*/.exec(text)?.[0] ?? '';
  const common = { number, indent: width(leading), keyColumn: leading.length + 1 };
  const rest = text.slice(leading.length);
  if (rest === '') return { ...common, kind: 'blank', key: '', value: '', valueColumn: 1 };
  if (rest.startsWith('#')) return { ...common, kind: 'comment', key: '', value: '', valueColumn: 1 };
  const match = /^([^\s=#]+)\s*=\s*/.exec(rest);
  if (match === null) {
    const key = rest.replace(/#.*/, '').trim();
    return { ...common, kind: 'bare', key, value: '', valueColumn: common.keyColumn };
  }
  return {
    ...common,
    kind: 'directive',
    key: match[1] ?? '',
    value: rest.slice(match[0].length),
    valueColumn: common.keyColumn + match[0].length,
  };
}

const width = (blanks: string): number => blanks.replaceAll('\t', '    ').length;
