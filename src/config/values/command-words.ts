// A command line as keepalived writes it: the program's absolute path and its arguments, blanks between, quotes and
// backslashes as in a shell, and nothing else of a shell: no variables, no pipes.
import { isAbsolute, scalar } from './scalars.ts';

/** A program and its arguments. */
export const command = () =>
  scalar('the absolute path of a program, with arguments', commandWords, { type: 'string', pattern: '^/' });

/** Undefined: no absolute path, a zero, or a quote without its end. */
export function commandWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const match = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])+(?=\s|$)/s.exec(rest);
    if (match === null) return undefined;
    words.push(unquoted(match[0]));
    rest = rest.slice(match[0].length).trimStart();
  }
  const [program = ''] = words;
  return isAbsolute(program) && !text.includes('\0') ? words : undefined;
}

const unquoted = (word: string): string =>
  word.replaceAll(
    /"((?:[^"\\]|\\.)*)"|'([^']*)'|\\(.)/gs,
    (_, double?: string, single?: string, escaped?: string) =>
      double?.replaceAll(/\\(.)/gs, '$1') ?? single ?? escaped ?? '',
  );
