// ldirectord's command line as values: `[-d] [FILE] start|stop|…`, options first and in bundles (`-dv`), what comes after
// the verb ignored, as in ldirectord 4.12. Pure. What a verb does is verbs.ts's.

export const verbs = ['start', 'stop', 'restart', 'try-restart', 'reload', 'force-reload', 'status'] as const;
export type Verb = (typeof verbs)[number];

export type AskedVerb = {
  readonly kind: 'verb';
  readonly verb: Verb;
  readonly file?: string;
  readonly isDebug: boolean;
};
export type Asked =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'refused'; readonly reason: string }
  | AskedVerb;

type Flag = 'debug' | 'help' | 'version';
const letters: Readonly<Record<string, Flag>> = { d: 'debug', h: 'help', '?': 'help', v: 'version' };

/** @returns undefined for what is no option of ldirectord's. Long ones are not to be shortened. */
function flagsOf(word: string): readonly Flag[] | undefined {
  if (word.startsWith('--')) {
    const flag = Object.values(letters).find((name) => word === `--${name}`);
    return flag && [flag];
  }
  const flags = [...word.slice(1)].map((letter) => letters[letter]);
  return flags.every((flag) => flag !== undefined) ? flags : undefined;
}

export function parseLdirectordArguments(argv: readonly string[]): Asked {
  const given = new Set<Flag>();
  let at = 0;
  for (let word = argv[at]; word !== undefined && /^-./.test(word); word = argv[at]) {
    at += 1;
    if (word === '--') break;
    const flags = flagsOf(word);
    if (flags === undefined) return refuse('-d, -h or -v', word);
    for (const flag of flags) given.add(flag);
  }
  if (given.has('help')) return { kind: 'help' };
  if (given.has('version')) return { kind: 'version' };
  const [first, second] = argv.slice(at);
  const word = second ?? first;
  const verb = verbs.find((name) => name === word);
  if (verb === undefined) return refuse(`one of ${verbs.join(', ')}`, word ?? 'nothing');
  const isDebug = given.has('debug');
  return { kind: 'verb', verb, isDebug, ...(second !== undefined && first !== undefined && { file: first }) };
}

const refuse = (rule: string, got: string): Asked => ({
  kind: 'refused',
  reason: `Cannot read the command line: expected ${rule}, got ${got}`,
});

export const ldirectordUsage = `Usage: lvs-director-ldirectord [-d|--debug] [--] [FILE] ${verbs.join('|')}
       lvs-director-ldirectord -h|-?|--help|-v|--version
`;

export const ldirectordHelp = `${ldirectordUsage}
lvs-director with the command line of ldirectord(8). Each FILE is a daemon of its own.

  FILE          looked for in /etc/ha.d, in /etc/ha.d/conf, and as it stands; without one: ldirectord.cf
  start         in the background, ends when the daemon is ready; nothing where it runs
  stop          ends when the daemon has taken its services out of the table (unless cleanstop = no) and has ended
  restart       a bad FILE stops nothing; then stop and start
  try-restart   restart where it runs, else nothing
  reload        reads FILE again, and says what is wrong with it; a bad one changes nothing
  force-reload  the same
  status        says whether it runs
  -d, --debug   start in the foreground, with debug messages on standard output

Exit status: 0 done; 1 it failed, or status found a pid file without a daemon; 2 FILE is no good config;
             3 status: it does not run; 4 status: it runs and does not answer; 255 bad usage.
What lvs-director does otherwise than ldirectord stands in ldirectord-differences.md; \`check -c FILE\` tells it of FILE.
`;
