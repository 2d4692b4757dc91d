// A config file from disk to a Config: the one place that reads it, for `run`, `check`, `plan` and the rest.
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ConfigEnvironment, ConfigResult } from '../config/config.ts';
import type { EntryMemory } from '../config/entry-memory.ts';
import { parseConfig } from '../config/load.ts';
import { resolveHost, resolveService } from '../system/names.ts';
import { judgeProgram } from '../system/program-file.ts';

/**
 * @param director the name that picks per-director values; default: the config's own, else the host's.
 * @param memory of the last reading, for who reads it again and again.
 */
export function readConfig(file: string, director?: string, memory?: EntryMemory): ConfigResult {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const message = `Cannot read config: a readable file, got ${error instanceof Error ? error.message : String(error)}`;
    return { problems: [{ severity: 'error', at: { file, line: 1, column: 1 }, message }] };
  }
  return parseConfig(text, file, hostEnvironment(director), memory);
}

/** Names and programs as this host knows them. */
export const hostEnvironment = (director?: string): ConfigEnvironment => ({
  hostname: director ?? hostname(),
  ...(director === undefined ? {} : { director }),
  resolveHost,
  resolveService,
  judgeProgram,
});
