// The config as `run` reads it: by a process of its own, so that no file, however large, slow or malicious, keeps this
// one from its heartbeats, its checks and its signals (config-process.ts). A small one that cannot grow while it is read,
// and asks the host for nothing, is read right here: that takes less time than a process takes to start.
import { fileURLToPath } from 'node:url';
import { createEntryMemory } from '../config/entry-memory.ts';
import type { ConfigReading } from '../config/judge-loss.ts';
import { parseConfig } from '../config/load.ts';
import { readingOfText } from '../config/reading-of-text.ts';
import { decodeText } from '../net/raw-bytes.ts';
import { readSettled } from '../system/files/settled-file.ts';
import { runShort } from '../system/programs/short-process.ts';
import { type ConfigPart, createJoiner, type Known } from './config-parts.ts';
import { configBytesMax, daemonEnvironment, unreadConfig } from './read-config.ts';

/** Some hundred servers; whatever stands in it is read in a tenth of a second. */
const smallBytes = 32 * 1024;
/** An alias of YAML stands for what may be a thousand times as large. */
const anchorOrAlias = /(?:^|[\s,[{])[&*]\S/m;

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
  const readElsewhere = createChildReader(file, director, entry);
  const memory = createEntryMemory();
  return async () => {
    const read = await readSettled(file, { bytesMax: configBytesMax });
    if (!read.ok) return unreadConfig(file, read.error);
    const { content } = read.value;
    const text = content.length > smallBytes ? undefined : decodeText(content);
    const reading = text === undefined || anchorOrAlias.test(text) ? undefined : readHere(text);
    return reading ?? readElsewhere();
  };

  /** @returns undefined where the host had to be asked for a name: it may take its time to answer. */
  function readHere(text: string): ConfigReading | undefined {
    let hasAsked = false;
    const ask = () => {
      hasAsked = true;
      return undefined;
    };
    const environment = { ...daemonEnvironment(director), resolveHost: ask, resolveService: ask };
    const result = parseConfig(text, file, environment, memory);
    return hasAsked ? undefined : readingOfText(result, text);
  }
}

function createChildReader(file: string, director: string | undefined, entry: string): ReadConfig {
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
