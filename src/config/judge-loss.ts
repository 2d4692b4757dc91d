// Whether a config that is good by itself may take the place of the one that runs: an emptied or a cut file is no wish
// to serve nothing. What takes away all services, all their servers or all virtual routers has to be
// asked for in so many words, and so has a file whose end is missing. Half a file that ends with a line, and where
// no end mark was before, cannot be told from a shorter one and is taken (docs/config.md).
import type { Config, ConfigResult, FileEnd } from '../model/config/config.ts';

/** @property end absent: not known. */
export type ConfigReading = ConfigResult & { readonly end?: FileEnd };
/** A config that runs, or is to. */
export type Held = { readonly config: Config; readonly end: FileEnd | undefined };

export function endOf(text: string): FileEnd {
  const last = text.slice(-4096).trimEnd().split('\n').at(-1)?.trim() ?? '';
  if (last === '...' || /^#\s*end$/i.test(last)) return 'mark';
  return text === '' || text.endsWith('\n') ? 'line' : 'open';
}

/** How many of each kind a config names. */
const kinds: Readonly<Record<string, (config: Config) => number>> = {
  service: ({ virtuals }) => virtuals.length,
  'real server': ({ virtuals }) =>
    sum(
      virtuals,
      ({ reals, namedReals = [], realFile }) =>
        reals.length + namedReals.length + (realFile === undefined ? 0 : 1),
    ),
  'virtual router': ({ vrrp }) => vrrp.length,
};

const sum = <T>(all: readonly T[], of: (each: T) => number): number =>
  all.reduce((total, each) => total + of(each), 0);

/** Whether there is anything that a daemon would do with it. */
export const isIdle = ({ virtuals, vrrp }: Pick<Config, 'virtuals' | 'vrrp'>): boolean =>
  virtuals.length === 0 && vrrp.length === 0;

/** What of `before` would be lost by `after`, in words; none where it may be taken unasked. */
export function judgeLoss(before: Held, after: Held): readonly string[] {
  const lost = Object.entries(kinds).flatMap(([kind, countIn]) => {
    const had = countIn(before.config);
    return had > 0 && countIn(after.config) === 0
      ? [`Cannot reload: expected a ${kind}, got none, where ${had} run${had === 1 ? 's' : ''}`]
      : [];
  });
  const ends = (after.config.executed ?? []).flatMap(({ file, end }) =>
    judgeEnd(before.config.executed?.find((each) => each.file === file)?.end, end, ` of ${file}`),
  );
  return [...lost, ...judgeEnd(before.end, after.end), ...ends];
}

function judgeEnd(before: FileEnd | undefined, after: FileEnd | undefined, where = ''): readonly string[] {
  if (before === undefined || after === undefined) return [];
  if (before === 'mark' && after !== 'mark') {
    return [
      `Cannot reload: expected an end mark in the last line${where}, as the running config has it, got a file without`,
    ];
  }
  if (before === 'line' && after === 'open') {
    return [
      `Cannot reload: expected a line end after the last line${where}, as the running config has it, got a file that may be cut`,
    ];
  }
  return [];
}
