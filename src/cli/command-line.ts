// The command line as values: what may be written after each command, and the one way to refuse it.

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { shown } from '../net/shown.ts';

/** Where a command writes; the process's own streams, or a test's strings. */
export type Io = {
  /** @param paint colours one line, when all that could do harm in it is gone. */
  readonly stdout: (text: string, paint?: (line: string) => string) => void;
  readonly stderr: (text: string) => void;
};

/** 0 good, 1 a finding or a failure, 2 bad usage or config. */
export type ExitCode = 0 | 1 | 2;

export type Command = (argv: readonly string[], io: Io) => Promise<ExitCode>;

export const defaultConfigFile = '/etc/lvs-director/lvs-director.yaml';
export const defaultControlSocket = '/run/lvs-director/control.sock';

/** Options that several commands share. */
export const configOptions = {
  config: { type: 'string', short: 'c' },
  director: { type: 'string' },
} as const;

export type Options = Readonly<Record<string, string | boolean | undefined>>;
export type Arguments = { readonly options: Options; readonly positionals: readonly string[] };

/** @returns undefined, with the reason on stderr, where `argv` has anything that `options` does not name. */
export function parseArguments(
  argv: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
  io: Io,
  positionalsMax = 0,
): Arguments | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options,
      allowPositionals: positionalsMax > 0,
    });
    if (positionals.length <= positionalsMax) return { options: values as Options, positionals };
    io.stderr(
      `Cannot read the command line: expected at most ${positionalsMax} argument(s), got ${positionals.length}\n`,
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
