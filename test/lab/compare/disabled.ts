// keepalived leaves out programs that are not on this machine, and what refers to them; our config names them all the same.
// What it left out so, by its own log, is taken from our facts as well: the file is compared, not the machine.
import type { Facts, Fields, Thing } from './facts.ts';

export function withoutDisabled(facts: Facts, log: readonly string[]): Facts {
  const programs = found(log, [
    /^Script (\S+) (?:cannot be accessed|is not executable|not found)/i,
    /^Permissions failure for script (\S+)/,
    /^(?:Disabling|Unable to find) .*script '?([^' ]+)'? /i,
  ]);
  const scripts = found(log, [/^Disabling track script (\S+) /]);
  const isDisabled = (command: string | undefined): boolean => {
    const [program = ''] = command === undefined ? [] : (JSON.parse(command) as string[]);
    return programs.has(program);
  };
  return facts.flatMap((thing) => {
    const isScript =
      thing.name.startsWith('vrrp_script ') && scripts.has(thing.name.slice('vrrp_script '.length));
    if (isScript || isDisabled(thing.fields.misc_path)) return [];
    return [{ ...thing, fields: withoutPrograms(thing, isDisabled, scripts) }];
  });
}

const found = (log: readonly string[], patterns: readonly RegExp[]): ReadonlySet<string> =>
  new Set(log.flatMap((line) => patterns.flatMap((pattern) => pattern.exec(line)?.[1] ?? [])));

const commands = /^(notify|notify_\w+|quorum_up|quorum_down)$/;

function withoutPrograms(
  { fields }: Thing,
  isDisabled: (command: string) => boolean,
  scripts: ReadonlySet<string>,
): Fields {
  const kept = Object.entries(fields).flatMap(([key, value]) => {
    if (commands.test(key) && isDisabled(value)) return [];
    if (key !== 'track_script') return [[key, value] as const];
    const left = value.split(', ').filter((text) => !scripts.has(text.split(' ')[0] ?? ''));
    return left.length === 0 ? [] : [[key, left.join(', ')] as const];
  });
  return Object.fromEntries(kept);
}
