// `receive` is a Perl regular expression in ldirectord. Here most of them run in an engine of linear time, which knows
// much of Perl's (net/linear-pattern.ts), and the rest in JavaScript's. This finds those that neither takes: what does
// not compile, and what would compile but mean something else.
import { toLinear } from '../../net/linear-pattern.ts';

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
  [/\(\?(?![ims-]*[:)])[a-z^-]+[:)]/, '(?x)', 'it without blanks'],
  [/\(\?[ims]*(?:-[ims]+)?[):]/, '(?i)', 'both cases, [Aa]'],
  [/\(\?#/, '(?#comment)', 'no comment'],
  [/\(\?>/, '(?>...)', '(?:...)'],
  [/\(\?P[<=>]/, '(?P<name>...)', '(?<name>...)'],
  [/\(\?[|R0-9&+-]|\(\?\(/, 'a recursion or condition', 'a plain group'],
];

/** Taken by themselves, but not in a pattern that only JavaScript's engine can run. */
const taken: ReadonlySet<string> = new Set([
  ...[
    String.raw`\A`,
    String.raw`\z`,
    String.raw`\Q...\E`,
    String.raw`\h`,
    String.raw`\R`,
    String.raw`\x{...}`,
  ],
  ...['[[:class:]]', '(?i)', '(?#comment)', '(?P<name>...)'],
]);

/** @returns why `pattern` is not what ldirectord would match; undefined where one of the engines agrees with it. */
export function explainPattern(pattern: string): string | undefined {
  const linear = toLinear(pattern);
  if ('perl' in linear && linear.perl) return undefined;
  // A doubled backslash is a literal one in both; a non-capturing group is the same in both.
  const bare = pattern.replaceAll(/\\\\/g, '').replaceAll('(?:', '(');
  for (const [found, construct, instead] of perlOnly) {
    if (!found.test(bare)) continue;
    const beside = taken.has(construct) && 'beyond' in linear ? linear.beyond : undefined;
    const where = beside === undefined ? '' : ` beside ${beside}`;
    return `a regular expression (${construct}${where} is Perl's; write ${instead})`;
  }
  const skeleton = bare.replaceAll(/\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  if (/[*+?}]\+/.test(skeleton)) return "a regular expression (a++ is Perl's; write a+)";
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
    return `a regular expression (${reason})`;
  }
}
