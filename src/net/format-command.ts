// A program and its arguments as one line that reads back as the same words (config/values/command-words.ts), for people
// and for files. No shell is meant: what one would expand stands in quotes all the same.

export const formatCommand = (words: readonly string[]): string => words.map(formatWord).join(' ');

const formatWord = (word: string): string =>
  /^[\w%+,./:=@-]+$/.test(word) ? word : `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
