// The functions of a source file and how many lines each takes, signature and closing brace included. They are found
// by their form, not by a compiler: biome keeps every file in that form, a block's last line as far in as its first.
import { withoutComments } from './sources.ts';

export type MeasuredFunction = { readonly name: string; readonly lines: number };

const notAFunction = /^\s*(?:\} )?(?:if|for|while|switch|else|do|try|catch|finally|case|default)\b/;
const opensBlock = /(?:=> \(?|\) |\): .* |\} )\{$|=> \($|=> \[$/;
const indentOf = (line: string): number => line.length - line.trimStart().length;

export function functionsOf(text: string): readonly MeasuredFunction[] {
  const lines = withoutComments(text).split('\n');
  return lines.flatMap((line, index) => {
    if (!opensBlock.test(line) || notAFunction.test(line)) return [];
    const indent = indentOf(line);
    const first = firstLineOf(lines, index);
    const head = lines.slice(first, index + 1).join('\n');
    if (notAFunction.test(head) || !/\bfunction\b|=>|^\s*(?:async )?\w+\(/.test(head)) return [];
    const length = lines.slice(index + 1).findIndex((each) => each.trim() !== '' && indentOf(each) <= indent);
    return [{ name: nameOf(head), lines: index + 1 + length - first + 1 }];
  });
}

/** Of a signature that takes several lines, its last one begins with a bracket. */
function firstLineOf(lines: readonly string[], last: number): number {
  const indent = indentOf(lines[last] ?? '');
  if (!/^\s*[)}\]]/.test(lines[last] ?? '')) return last;
  const before = lines
    .slice(0, last)
    .findLastIndex((line) => line.trim() !== '' && indentOf(line) === indent);
  return before < 0 ? last : firstLineOf(lines, before);
}

const nameOf = (head: string): string =>
  /function\*?\s+(\w+)/.exec(head)?.[1] ??
  /(?:const|let)\s+(\w+)/.exec(head)?.[1] ??
  /^\s*(?:readonly )?(?:async )?(\w+)\s*[:(]/.exec(head)?.[1] ??
  'anonymous';
