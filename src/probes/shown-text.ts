// What a server said, as it may stand in a log line: on one line, without control characters, not too long.

export function shown(text: string, lengthMax = 100): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they have no place in a log line
  const clean = text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ').trim();
  return clean.length > lengthMax ? `${clean.slice(0, lengthMax)}...` : clean;
}
