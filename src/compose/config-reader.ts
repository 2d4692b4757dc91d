// The config as `run` reads it: by a process of its own, so that no file, however large, slow or malicious, keeps this
// one from its heartbeats, its checks and its signals (config-process.ts). A small one that cannot grow while it is read,
// and asks the host for nothing, is read right here: that takes less time than a process takes to start. So is a large
// one of which no more than that has changed since the last reading.
import { fileURLToPath } from 'node:url';
import { createEntryMemory, type EntryMemory } from '../config/entry-memory.ts';
import type { ConfigReading } from '../config/judge-loss.ts';
import { parseChanged, parseConfig } from '../config/load.ts';
import { readingOfText } from '../config/reading-of-text.ts';
import { decodeText } from '../net/raw-bytes.ts';
import { readSettled } from '../system/files/settled-file.ts';
import { runShort } from '../system/programs/short-process.ts';
import { configBytesMax } from './config-bytes.ts';
import { type ConfigPart, createJoiner, type Known } from './config-parts.ts';
import { daemonEnvironment, unreadConfig } from './read-config.ts';

/** Some hundred servers; whatever stands in it is read in a tenth of a second. */
const smallBytes = 32 * 1024;
/** Some 30,000 servers, looked through for what has changed: 35 ms on a usual machine, 300 ms where it is made to take long. */
const lookedThroughBytes = 1024 * 1024;
/** An alias of YAML stands for what may be a thousand times as large. */
const anchorOrAlias = /(?:^|[\s,[{])[&*]\S/m;

/** The largest file that is taken needs a third of it on a slow machine. */
const limitMs = 120_000;
const memoryMb = 1536;

const ownEntry = fileURLToPath(new URL('../main.js', import.meta.url));

export type ReadConfig = () => Promise<ConfigReading>;

export type ReaderOptions = {
  readonly director?: string | undefined;
  /** The program to fork; it must know the hidden command `config-process`. */
  readonly entry?: string;
  /** The file in whose place this one is read (last-good.ts). */
  readonly standsFor?: string;
};

export function createConfigReader(file: string, options: ReaderOptions = {}): ReadConfig {
  const { director } = options;
  const memory = createEntryMemory();
  const readElsewhere = createChildReader(file, options, memory);
  return async () => {
    const read = await readSettled(file, { bytesMax: configBytesMax });
    if (!read.ok) return unreadConfig(file, read.error);
    const { content } = read.value;
    const text = content.length > lookedThroughBytes ? undefined : decodeText(content);
    const reading = text === undefined || anchorOrAlias.test(text) ? undefined : readHere(text);
    return reading ?? readElsewhere();
  };

  /** @returns undefined where too much has changed, or the host had to be asked for a name: it may take its time to answer. */
  function readHere(text: string): ConfigReading | undefined {
    let hasAsked = false;
    const ask = () => {
      hasAsked = true;
      return undefined;
    };
    const refuse = () => ask() ?? { rule: 'a file', got: 'none yet' };
    const asked = { resolveHost: ask, resolveService: ask, readExecuted: refuse };
    const environment = { ...daemonEnvironment(director), ...asked };
    const result =
      text.length > smallBytes
        ? parseChanged(text, file, environment, { memory, newMax: smallBytes })
        : parseConfig(text, file, environment, memory);
    return hasAsked || result === undefined ? undefined : readingOfText(result, text);
  }
}

function createChildReader(
  file: string,
  { director, standsFor, entry = ownEntry }: ReaderOptions,
  memory: EntryMemory,
): ReadConfig {
  const options = Object.entries({ '--director': director, '--stands-for': standsFor });
  const words = options.flatMap(([option, value]) => (value === undefined ? [] : [option, value]));
  let known: Known = new Map();
  return async () => {
    const joiner = createJoiner(known);
    let reading: ConfigReading | undefined;
    const ended = await runShort({
      entry,
      command: ['config-process', file, ...words],
      ...{ limitMs, memoryMb },
      onMessage: (message) => {
        reading = joiner.take(message as readonly ConfigPart[]) ?? reading;
      },
    });
    if (reading === undefined) {
      const rule = `a file that can be read within ${limitMs / 1000} s and ${memoryMb} MB`;
      return unreadConfig(file, { rule, got: ended });
    }
    if (reading.config === undefined) return reading;
    known = joiner.known();
    const held = joiner.held();
    if (held !== undefined) memory.learn(held);
    return reading;
  };
}
