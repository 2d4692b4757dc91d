// The command line as values: what a command is, what may be written after its name, and the one way to refuse it.
import { parseArgs } from 'node:util';
import { shown } from '../net/shown.ts';

/** Where a command writes; the process's own streams, or a test's strings. */
export type Io = {
  /** @param paint colours one line, when all that could do harm in it is gone. */
  readonly stdout: (text: string, paint?: (line: string) => string) => void;
  readonly stderr: (text: string) => void;
  /** Calls back when nobody reads what is written to stdout any more. */
  readonly whenUnread?: (callback: () => void) => void;
};

/** 0 good, 1 a finding or a failure, 2 bad usage or config; 3 is of check plug-ins: nobody knows. */
export type ExitCode = 0 | 1 | 2 | 3;

export type Option = {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** As the usage shows it, in brackets: "-c FILE". Without, the option is taken and not shown. */
  readonly usage?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
};

export type Command = {
  readonly summary: string;
  /** The arguments that are no options, each as the usage shows it; "[NAME]" may be left out. */
  readonly takes?: readonly string[];
  /** How many words those may be, where one has blanks within. */
  readonly wordsMax?: number;
  readonly options: Readonly<Record<string, Option>>;
  /** Lines that only the command's own help shows. */
  readonly details?: readonly string[];
  /** The exit code where the command line is refused, if not 2. */
  readonly refusedAs?: (argv: readonly string[]) => ExitCode;
  /** Its file, read only when the command is asked for. */
  readonly load: () => Promise<Run>;
};

export type Run = (given: Arguments, io: Io) => Promise<ExitCode>;

export type Options = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
export type Arguments = { readonly options: Options; readonly positionals: readonly string[] };

export const defaultConfigFile = '/etc/lvs-director/lvs-director.yaml';
export const defaultControlSocket = '/run/lvs-director/control.sock';

/** @returns undefined, with the reason on stderr, where `argv` has anything that the command does not name. */
export function parseArguments(
  argv: readonly string[],
  { options, takes = [], wordsMax = takes.length }: Pick<Command, 'options' | 'takes' | 'wordsMax'>,
  io: Io,
): Arguments | undefined {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: wordsMax > 0 });
    if (positionals.length <= wordsMax) return { options: values as Options, positionals };
    io.stderr(
      `Cannot read the command line: expected at most ${wordsMax} argument(s), got ${positionals.length}\n`,
    );
  } catch (error) {
    io.stderr(
      `Cannot read the command line: ${shown(error instanceof Error ? error.message : String(error))}\n`,
    );
  }
  return undefined;
}

export const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};
