// Where we do not do as stock on purpose, as docs/ldirectord-differences.md says under the same name: what stock takes and we
// refuse, by our error; and what we read otherwise, as the line that stock would have to be asked.

export type Refusal = { readonly name: string; readonly error: RegExp };

export const refusals: readonly Refusal[] = [
  { name: 'Firewall mark 0', error: /fwmark: expected a whole number from 1 to 4294967295, got 0+$/ },
  { name: 'A weight above 65535', error: /weight: expected a whole number from 0 to 65535, got \d{5,}$/ },
  { name: 'a lower threshold above the upper one', error: /use lower_threshold: expected at most upper_thr/ },
  { name: 'A netmask with a gap', error: /netmask: expected .*, got [\d.]+$/ },
  {
    name: 'Junk before the address of a server',
    error: /(?:real|fallback) \d+(?: address)?: expected ADDRESS.*, got (?:x |\S+-> |\S+\/8)/,
  },
  { name: 'A persistence of no seconds', error: /persistent: expected a time from 1s to 31d .*, got 0+$/ },
  {
    name: 'A number that no setting has',
    error: /: expected (?:a time|a whole number) from .*, got \d{10,}$/,
  },
];

export type Reading = {
  readonly name: string;
  readonly line: RegExp;
  readonly asked: (line: string) => string;
};

export const readings: readonly Reading[] = [
  {
    name: '`u:` before `l:`',
    line: /^\s+real6?\s*=.*\su:\d+\s+l:\d+/,
    asked: (line) => line.replace(/(\su:\d+)(\s+l:\d+)/, '$2$1'),
  },
  {
    name: 'A request of a `real` line that begins with `/`',
    line: /^\s+real6?\s*=.*\s"\//,
    asked: (line) => line.replace(/(\s")\//, '$1'),
  },
  {
    name: 'Two colons before a port',
    line: /^\s+real\s*=\s*\d+\.\d+\.\d+\.\d+::\d+\s/,
    asked: (line) => line.replace('::', ':'),
  },
  {
    name: 'An underscore in the name of a real server',
    line: /^\s+real6?\s*=\s*\w*_\w*[:\s]/,
    asked: (line) => line.replaceAll('_', ''),
  },
];

/** The line of a service that another one overrides leaves its login behind. */
const withoutFirstServices = (text: string): string =>
  text.replace(
    /^[ \t]+service[ \t]*=[ \t]*(?:ftp|sip).*\n(?=(?:[ \t]+\S.*\n|#.*\n)*[ \t]+service[ \t]*=)/gm,
    '',
  );

/** What we hold that the file means. */
export const asMeant = (text: string): string =>
  withoutFirstServices(text)
    .split('\n')
    .map((line) =>
      readings.reduce((now, { line: pattern, asked }) => (pattern.test(now) ? asked(now) : now), line),
    )
    .join('\n');
