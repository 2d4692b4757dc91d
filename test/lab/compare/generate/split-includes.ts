// A generated file as one text, in which what is to stand in a file of its own is between two comments: so it can be shrunk by
// lines, and named by a seed. Here it becomes files that include one another.
export const partBegins = '#<part';
export const partEnds = '#>';

/** By name; the first is the main one. A part without its end ends with the text. */
export function splitIncludes(text: string): ReadonlyMap<string, string> {
  const files = new Map<string, string[]>([['keepalived.conf', []]]);
  const open = ['keepalived.conf'];
  for (const line of text.split('\n')) {
    const lines = files.get(open.at(-1) ?? '') ?? [];
    if (line === partBegins) {
      const name = `part-${files.size}.conf`;
      lines.push(`include ${name}`);
      files.set(name, []);
      open.push(name);
    } else if (line === partEnds) {
      if (open.length > 1) open.pop();
    } else lines.push(line);
  }
  return new Map([...files].map(([name, lines]) => [name, `${lines.join('\n')}\n`]));
}
