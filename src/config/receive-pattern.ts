// `receive` is a Perl regular expression in ldirectord and a JavaScript one here. Most patterns are both; this
// finds those that are not: what does not compile, and what compiles but means something else.

/** What Perl knows and JavaScript reads otherwise or not at all, with what to write instead. */
const perlOnly: readonly (readonly [pattern: RegExp, construct: string, instead: string])[] = [
  [/\\A/, String.raw`\A`, '^'],
  [/\\[zZ]/, String.raw`\z`, '$'],
  [/\\G/, String.raw`\G`, 'nothing'],
  [/\\Q|\\E/, String.raw`\Q...\E`, 'a backslash before each special character'],
  [/\\[hH]/, String.raw`\h`, String.raw`[ \t]`],
  [/\\R/, String.raw`\R`, String.raw`\r?\n`],
  [/\\K/, String.raw`\K`, '(?<=...)'],
  [/\\x\{/, String.raw`\x{...}`, String.raw`\xHH or \uHHHH`],
  [/\\[pP]\{?/, String.raw`\p{...}`, 'a list of characters in brackets'],
  [/\\g\{?-?\d/, String.raw`\g1`, String.raw`\1`],
  [/\[\[:\^?\w+:\]/, '[[:class:]]', String.raw`\w, \d or \s`],
  [/\(\?[a-z^]*(?:-[a-z]+)?[):]/, '(?i)', 'both cases, [Aa]'],
  [/\(\?#/, '(?#comment)', 'no comment'],
  [/\(\?>/, '(?>...)', '(?:...)'],
  [/\(\?P[<=>]/, '(?P<name>...)', '(?<name>...)'],
  [/\(\?[|R0-9&+-]|\(\?\(/, 'a recursion or condition', 'a plain group'],
];

/** @returns why `pattern` is not what ldirectord would match; undefined where JavaScript agrees with it. */
export function explainPattern(pattern: string): string | undefined {
  // A doubled backslash is a literal one in both; a non-capturing group is the same in both.
  const bare = pattern.replaceAll(/\\\\/g, '').replaceAll('(?:', '(');
  for (const [found, construct, instead] of perlOnly) {
    if (found.test(bare)) return `a JavaScript regular expression (${construct} is Perl's; write ${instead})`;
  }
  const skeleton = bare.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  if (/[*+?}]\+/.test(skeleton)) return "a JavaScript regular expression (a++ is Perl's; write a+)";
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
    return `a JavaScript regular expression (${reason})`;
  }
}
