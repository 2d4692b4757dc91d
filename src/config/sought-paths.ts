// What a file that is no good config still tells of where its daemon may be asked: every path that stands behind a key,
// whatever the rest is. Guesses: who uses them asks there, and believes only an answer. Pure; never throws.

/** Quoted or plain, on the line of the key or on the deeper ones below it (a map of directors). */
const path = /"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)'|(\/[^\s,}\]#'"]+)/g;
/** A file that is all slashes makes no more questions than this. */
const pathsMax = 8;

/** @returns absolute paths in the order of the file, each once. */
export function soughtPaths(text: string, key: 'control_socket' | 'state_dir'): readonly string[] {
  const lines = text.split('\n');
  const found = new Set<string>();
  const keyed = new RegExp(String.raw`^([^#]*?)\b${key}["']?\s*[:=](.*)$`);
  for (const [index, line] of lines.entries()) {
    const [, before = '', behind] = keyed.exec(line) ?? [];
    if (behind === undefined) continue;
    const rest = withoutComment(behind);
    const indent = /^\s*/.exec(before)?.[0].length ?? 0;
    // In a flow map other keys follow on the line: a path ends with the value.
    const value = rest.trim().startsWith('{') ? rest.replace(/\}.*$/s, '') : rest.replace(/,.*$/s, '');
    for (const each of pathsIn(value)) found.add(each);
    if (pathsIn(value).length > 0) continue;
    for (const below of lines.slice(index + 1)) {
      if (below.trim() !== '' && (/^\s*/.exec(below)?.[0].length ?? 0) <= indent) break;
      for (const each of pathsIn(withoutComment(below))) found.add(each);
    }
  }
  return [...found].slice(0, pathsMax);
}

const withoutComment = (line: string): string => line.replace(/(?:^|\s)#.*$/, '');

const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(path)].flatMap(([, double, single, plain]) => {
    const each = double ?? single ?? plain ?? '';
    return each.startsWith('/') ? [each] : [];
  });
