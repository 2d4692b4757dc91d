// A command line to the command that it names: its help, or its arguments read by its row of the table (commands.ts).
// What it does stands in the command's own file.
import { shown } from '../net/shown.ts';
import { type Command, type ExitCode, type Io, parseArguments } from './command-line.ts';
import { commands } from './commands.ts';

/** Processes that `run` itself starts: they read their command lines themselves. */
const processes: Readonly<
  Record<string, () => Promise<(argv: readonly string[], io: Io) => Promise<ExitCode>>>
> = {
  'vrrp-process': async () => (await import('./vrrp-process.ts')).runVrrpProcess,
  'check-process': async () => (await import('./check-process.ts')).runCheckProcess,
  'config-process': async () => (await import('./config-process.ts')).runConfigProcess,
};

export async function runCommandLine(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [name = '--help', ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') return say(usage(Object.entries(commands)), io);
  if (name === '--version') {
    return say(`lvs-director ${(await import('../compose/version.ts')).version}\n`, io);
  }
  const process = Object.hasOwn(processes, name) ? processes[name] : undefined;
  if (process !== undefined) return (await process())(rest, io);
  const named = commandsNamed(name);
  if (named.length === 0) {
    io.stderr(
      `Cannot run: expected a known command, got ${shown(name)}\n\n${usage(Object.entries(commands))}`,
    );
    return 2;
  }
  if (rest.some((argument) => argument === '--help' || argument === '-h')) {
    return say(named.map(helpOf).join(''), io);
  }
  return runOneOf(named, argv, io);
}

type Named = readonly [name: string, command: Command];

/** One, or all that have it as the first of their two words. */
const commandsNamed = (first: string): readonly Named[] =>
  Object.entries(commands).filter(([name]) => name === first || name.startsWith(`${first} `));

async function runOneOf(named: readonly Named[], argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first = '', second = 'nothing'] = argv;
  const found = named.find(([name]) => name === first || name === `${first} ${second}`);
  if (found === undefined) {
    const words = named.map(([name]) => name.slice(first.length + 1)).join(' or ');
    io.stderr(`Cannot run ${first}: expected ${words}, got ${shown(second)}\n`);
    return 2;
  }
  const [name, command] = found;
  const words = argv.slice(name.split(' ').length);
  const given = parseArguments(words, command, io);
  return given === undefined ? (command.refusedAs?.(words) ?? 2) : (await command.load())(given, io);
}

const say = (text: string, io: Io): ExitCode => {
  io.stdout(text);
  return 0;
};

/** "drain REAL [--timeout TIME] [--service SERVICE] [-c FILE] [--socket PATH]". */
export function formOf([name, { takes = [], options }]: Named): string {
  const shownOptions = Object.values(options).flatMap(({ usage: words }) =>
    words === undefined ? [] : [`[${words}]`],
  );
  return [name, ...takes, ...shownOptions].join(' ');
}

function helpOf(named: Named): string {
  const [, { summary, details = [] }] = named;
  return `${[`lvs-director ${formOf(named)}`, summary, ...details].join('\n  ')}\n`;
}

function usage(all: readonly Named[]): string {
  const width = Math.max(...all.map((named) => formOf(named).length));
  const lines = all.map((named) => `  ${formOf(named).padEnd(width)}  ${named[1].summary}`);
  return `Usage: lvs-director COMMAND\n\n${lines.join('\n')}\n\nExit codes: 0 good, 1 a finding or a failure, 2 bad usage or config.\n`;
}
