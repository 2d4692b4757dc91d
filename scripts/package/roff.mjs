// A page of docs/ as a manual page: the Markdown that our pages use, in man(7), whose words man(1) and mandoc(1) both know.
// Pure. Tables become lists of their first column; links become their text, as a terminal has none. Lines stay below 80
// bytes, as `mandoc -Tlint` asks.
const lineMax = 78;

/**
 * @param text Markdown; its first heading is the title, and left out
 * @param page name, section, date, product, and the summary for NAME
 */
export function roffOf(text, { name, section, date, product, summary, heading = 'DESCRIPTION' }) {
  const head = [
    `.TH ${name.toUpperCase()} ${section} ${date} "${product}" "LVS director"`,
    '.SH NAME',
    `${name} \\- ${safe(summary)}`,
  ];
  const lines = text.replace(/<!--[\s\S]*?-->\n?/g, '').split('\n');
  const begin = lines.findIndex((line) => line.startsWith('# '));
  const body = blocksOf(lines.slice(begin + 1)).flatMap((block) => renderers[block.kind](block));
  const first = body[0]?.startsWith('.SH') ? [] : [`.SH ${heading}`];
  return `${[...head, ...first, ...tidy(body)].join('\n')}\n`;
}

/** Kinds of blocks by their first line, in the order in which they are tried; `rest` says how far one goes. */
const kinds = [
  { kind: 'fence', starts: /^ *```/, take: fenced },
  { kind: 'code', starts: /^ {4}/, take: (lines) => whileLine(lines, /^ {4}|^$/) },
  { kind: 'heading', starts: /^#+ /, take: () => 1 },
  { kind: 'table', starts: /^\|/, take: (lines) => whileLine(lines, /^\|/) },
  { kind: 'item', starts: /^(?:- |\d+\. )/, take: (lines) => 1 + whileLine(lines.slice(1), /^ +\S/) },
  { kind: 'empty', starts: /^\s*$/, take: () => 1 },
];
const paragraph = {
  kind: 'paragraph',
  take: (lines) => 1 + whileLine(lines.slice(1), /^(?!#|\||- |\d+\. |```|$)/),
};

function fenced(lines) {
  const end = lines.findIndex((line, index) => index > 0 && /^ *```/.test(line));
  return end < 0 ? lines.length : end + 1;
}

function whileLine(lines, pattern) {
  const end = lines.findIndex((line) => !pattern.test(line));
  return end < 0 ? lines.length : end;
}

function blocksOf(lines) {
  const blocks = [];
  for (let at = 0; at < lines.length; ) {
    const { kind, take } = kinds.find(({ starts }) => starts.test(lines[at])) ?? paragraph;
    const count = Math.max(1, take(lines.slice(at)));
    blocks.push({ kind, lines: lines.slice(at, at + count) });
    at += count;
  }
  return blocks;
}

const renderers = {
  empty: () => [],
  heading: ({ lines: [line] }) => {
    const [, marks, words] = /^(#+) (.*)$/.exec(line);
    return [`${marks.length < 3 ? '.SH' : '.SS'} ${quoted(inline(words, 'plain'))}`];
  },
  paragraph: ({ lines }) => ['.PP', ...filled(lines)],
  item: ({ lines: [first, ...rest] }) => {
    const [, mark, words] = /^(-|\d+\.) (.*)$/.exec(first);
    const body = [words, ...rest.map((line) => line.trim())];
    return [`.IP ${mark === '-' ? '\\(bu 2' : `${mark} 4`}`, ...nested(body)];
  },
  fence: ({ lines }) => code(lines.slice(1, -1)),
  code: ({ lines }) => code(lines.map((line) => line.slice(4))),
  table: ({ lines }) => table(lines),
};

/** Items within an item are paragraphs of it. */
function nested(lines) {
  const at = lines.findIndex((line, index) => index > 0 && /^(?:- |\d+\. )/.test(line));
  return at < 0 ? filled(lines) : [...filled(lines.slice(0, at)), '.br', ...nested(lines.slice(at))];
}

const cellsOf = (line) =>
  line
    .replace(/^\| ?/, '')
    .replace(/ ?\|$/, '')
    .split(/ ?(?<!\\)\| ?/)
    .map((cell) => cell.replaceAll('\\|', '|').trim());

/** The first column names, the last tells, those between are said by their heads. */
function table([head, , ...rows]) {
  const heads = cellsOf(head);
  return rows.map(cellsOf).flatMap(([name, ...cells]) => {
    const told = cells.map((cell, index) => {
      const label = heads[index + 1] ?? '';
      if (cell === '') return '';
      if (label === 'default') return `(${cell === 'required' ? cell : `default: ${cell}`})`;
      return heads.length > 2 && !['', 'meaning'].includes(label)
        ? `*${label}:* ${ended(cell)}`
        : ended(cell);
    });
    const words = told.filter((cell) => cell !== '').join(' ');
    return ['.TP', ...filled([name]), ...filled([words === '' ? '\\&' : words])];
  });
}

const ended = (cell) => (/[.!?:)]$/.test(cell) ? cell : `${cell}.`);

/** As it stands; a line that is too long for the source goes on in the next, and is one all the same. */
function code(lines) {
  const shown = lines.join('\n').trim() === '' ? [] : lines;
  const sources = shown.map((line) => {
    const text = safe(line).replace(/^([.'])/, '\\&$1');
    return piecesOf(text).join('\\\n');
  });
  return ['.PP', '.RS 4', '.EX', ...sources, '.EE', '.RE'];
}

function piecesOf(text) {
  if (text.length <= lineMax) return [text];
  // Not within an escape.
  const cut = text.lastIndexOf(' ', lineMax - 2);
  const at = cut > 0 ? cut : lineMax;
  return [text.slice(0, at), ...piecesOf(text.slice(at))];
}

/** Words of running text in lines that are short enough. */
function filled(lines) {
  const words = inline(lines.map((line) => line.trim()).join(' '))
    .split(/ +/)
    .filter((word) => word !== '');
  const out = [];
  for (const word of words) {
    const last = out.at(-1);
    if (last !== undefined && last.length + word.length < lineMax && !/[.!?]$/.test(last)) {
      out[out.length - 1] = `${last} ${word}`;
    } else out.push(word);
  }
  return out.map((line) => line.replace(/^([.'])/, '\\&$1'));
}

/** Marks within a line. Code and links first: what is in them has no marks. @param how 'plain': without fonts */
function inline(text, how = 'fonts') {
  const font = (letter, words) => (how === 'plain' ? words : `\\f${letter}${words}\\fR`);
  return text
    .split(/(`[^`]+`|\[[^\]]+\]\([^)]+\))/)
    .map((part) => {
      if (/^`.+`$/.test(part)) return font('B', safe(part.slice(1, -1)));
      const link = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part);
      if (link !== null) {
        const [, words, target] = link;
        return `${inline(words, how)}${/^https?:/.test(target) ? ` (${safe(target)})` : ''}`;
      }
      return safe(part)
        .replace(/\*\*([^*]+)\*\*/g, (_, words) => font('B', words))
        .replace(/\*([^*\s][^*]*)\*/g, (_, words) => font('I', words));
    })
    .join('');
}

const quoted = (words) => `"${words.replaceAll('"', '\\(dq')}"`;

/** What roff takes for its own, and what not every terminal's output has. */
function safe(text) {
  return text
    .replaceAll('\\&', '\u0000')
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll('…', '...')
    .replace(
      /[^\0-\x7e]/gu,
      (sign) => `\\[u${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`,
    )
    .replaceAll('\u0000', '\\&');
}

/** Without a paragraph before a heading or right behind one, which mandoc calls one too many. */
function tidy(lines) {
  return lines.filter((line, index) => {
    if (line !== '.PP') return true;
    const [before, after] = [lines[index - 1] ?? '.SH', lines[index + 1] ?? ''];
    return !/^\.S[HS]\b/.test(before) && !/^\.S[HS]\b/.test(after);
  });
}
