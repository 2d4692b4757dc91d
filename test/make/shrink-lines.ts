// A smaller text that still fails: lines and whole blocks are left out, as long as the same is wrong with what is left.

/** @param fails of a text; asked as often as there are lines, and again while it helps */
export async function shrunk(text: string, fails: (text: string) => Promise<boolean>): Promise<string> {
  let now = text.split('\n').filter((line) => line.trim() !== '');
  for (let size = Math.ceil(now.length / 2); size >= 1; ) {
    let hasHelped = false;
    for (let i = 0; i < now.length; ) {
      const end = endOf(now, i, size);
      const left = end === undefined ? undefined : [...now.slice(0, i), ...now.slice(end)];
      if (left !== undefined && left.length < now.length && (await fails(`${left.join('\n')}\n`))) {
        now = left;
        hasHelped = true;
      } else i += 1;
    }
    if (!hasHelped || size > 1) size = size === 1 ? 0 : Math.floor(size / 2);
  }
  return `${now.join('\n')}\n`;
}

/** A brace in a comment is none. */
const depthOf = (line: string): number => bracesIn(line.replace(/[#!].*/, ''));
const bracesIn = (line: string): number =>
  (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0);

/** Of the part that begins there: at least so many lines, and no half of a block. */
function endOf(lines: readonly string[], from: number, size: number): number | undefined {
  let depth = 0;
  for (let end = from; end < lines.length; end += 1) {
    depth += depthOf(lines[end] ?? '');
    if (depth < 0) return undefined;
    if (depth === 0 && end - from + 1 >= size) return end + 1;
  }
  return undefined;
}
