// The lines of ipvsadm in its own saved output (`ipvsadm -S`) and in a script of the shell that calls it: comments, quotes,
// continued lines and several commands on one line. What only a shell knows - variables, substitutions - is refused.
import type { Position } from '../../model/config/problem.ts';

export type Line = { readonly at: Position; readonly text: string } & (
  | { readonly kind: 'command'; readonly words: readonly string[] }
  | { readonly kind: 'refused'; readonly found: string }
  | { readonly kind: 'other' }
);

/** A line that is a command of ipvsadm, by the program's name (a variable may hold it) or without it, as it saves them. */
export const ipvsadmLine =
  /^[ \t]*(?:(?:sudo[ \t]+)?["']?[\w./${}-]*ipvsadm\}?["']?[ \t]+-|-[Aa][ \t]|-[Aa][tuf]\b|--add-(?:service|server)\s)/im;

const program = /(?:^|\/)ipvsadm$|^\$\{?\w*ipvsadm\w*\}?$/i;
/** Words that may stand before a command. */
const leading = new Set(['sudo', 'exec', 'then', 'do', 'else', '{', '(', '!', 'command', 'time']);

export function readIpvsadmLines(text: string, file: string): readonly Line[] {
  const found: Line[] = [];
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i += 1) {
    const at = { file, line: i + 1, column: 1 };
    let line = lines[i] ?? '';
    while (/(^|[^\\])\\$/.test(line) && i + 1 < lines.length) {
      i += 1;
      line = `${line.slice(0, -1)} ${lines[i] ?? ''}`;
    }
    for (const command of commandsOf(line)) found.push(lineOf(command, at));
  }
  return found;
}

function lineOf(command: string, at: Position): Line {
  const words = wordsOf(command);
  let first = 0;
  while (leading.has(words[first] ?? '') || /^\w+=/.test(words[first] ?? '')) first += 1;
  const head = bare(words[first] ?? '');
  const isSaved = head.startsWith('-');
  if (!isSaved && !program.test(head)) return { at, text: command, kind: 'other' };
  const own = words.slice(isSaved ? first : first + 1);
  // Quotes of the shell that keep a dollar sign as it is are the single ones.
  const shell = own.find((word) => /[$`]/.test(word.replaceAll(/'[^']*'/g, '')));
  if (shell !== undefined) {
    const name = /\$\{?\w+\}?|\$\(|`/.exec(shell)?.[0] ?? shell;
    return { at, text: command, kind: 'refused', found: name };
  }
  const redirected = own.findIndex((word) => /^\d?[<>]/.test(word));
  const kept = redirected < 0 ? own : own.slice(0, redirected);
  return { at, text: command, kind: 'command', words: kept.map(bare) };
}

/** Without a comment, and apart at ; && || | and &, but not inside quotes. */
function commandsOf(line: string): readonly string[] {
  const parts =
    line.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|(?<!\S)#.*$|\d?>&\d|&&|\|\||[;|&]|[^;|&])/gs) ?? [];
  const commands = [''];
  for (const part of parts) {
    if (/^#/.test(part)) break;
    if (/^(&&|\|\||[;|&])$/.test(part)) commands.push('');
    else commands[commands.length - 1] += part;
  }
  return commands.map((command) => command.trim()).filter((command) => command !== '');
}

const wordsOf = (command: string): readonly string[] =>
  command.match(/(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'])+/gs) ?? [];

const bare = (word: string): string =>
  word.replaceAll(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'/gs,
    (_, double?: string, single?: string) => double ?? single ?? '',
  );
