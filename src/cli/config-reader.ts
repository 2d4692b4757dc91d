// The config as `run` reads it: by a process of its own, so that no file, however large, slow or malicious, keeps this
// one from its heartbeats, its checks and its signals. Who reads is config-process.ts.
import { fileURLToPath } from 'node:url';
import type { ConfigReading } from '../config/judge-loss.ts';
import { runShort } from '../system/short-process.ts';
import { type ConfigPart, createJoiner, type Known } from './config-parts.ts';
import { unreadConfig } from './read-config.ts';

/** The largest file that is taken needs a third of it on a slow machine. */
const limitMs = 120_000;
const memoryMb = 1536;

export type ReadConfig = () => Promise<ConfigReading>;

/** @param entry the program to fork; it must know the hidden command `config-process`. */
export function createConfigReader(
  file: string,
  director?: string,
  entry: string = fileURLToPath(new URL('../main.js', import.meta.url)),
): ReadConfig {
  let known: Known = new Map();
  return async () => {
    const joiner = createJoiner(known);
    let reading: ConfigReading | undefined;
    const ended = await runShort({
      entry,
      command: ['config-process', file, ...(director === undefined ? [] : ['--director', director])],
      ...{ limitMs, memoryMb },
      onMessage: (message) => {
        reading = joiner.take(message as readonly ConfigPart[]) ?? reading;
      },
    });
    if (reading === undefined) {
      const rule = `a file that can be read within ${limitMs / 1000} s and ${memoryMb} MB`;
      return unreadConfig(file, { rule, got: ended });
    }
    if (reading.config !== undefined) known = joiner.known();
    return reading;
  };
}
