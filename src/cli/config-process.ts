// The hidden command `config-process`: reads the config in place of the main process, which goes on meanwhile whatever
// the file is, and ends it where it takes too long. What comes of it goes back in parts (config-parts.ts).
import { parseArgs } from 'node:util';
import { configBytesMax } from '../compose/config-bytes.ts';
import { type ConfigPart, partsOf } from '../compose/config-parts.ts';
import { parseWithExecuted } from '../compose/executed-files.ts';
import { copiesBeside } from '../compose/last-good.ts';
import { daemonEnvironment, unreadConfig } from '../compose/read-config.ts';
import { createEntryMemory, type EntryMemory } from '../config/entry-memory.ts';
import { parseConfig } from '../config/load.ts';
import { readingOfText } from '../config/reading-of-text.ts';
import { decodeText } from '../net/raw-bytes.ts';
import { readSettled } from '../system/files/settled-file.ts';
import { yieldToOthers } from '../system/yield-to-others.ts';
import type { ExitCode, Io } from './command-line.ts';

export async function runConfigProcess(argv: readonly string[], io: Io): Promise<ExitCode> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { director: { type: 'string' }, 'stands-for': { type: 'string' } },
    allowPositionals: true,
  });
  const [file] = positionals;
  const send = process.send?.bind(process);
  if (send === undefined || file === undefined) {
    io.stderr('Cannot run config-process: expected the main process to speak to, got none\n');
    return 2;
  }
  process.once('disconnect', () => process.exit(1));
  yieldToOthers();
  const memory = createEntryMemory();
  const reading = await readingOf(file, { director: values.director, main: values['stands-for'], memory });
  for (const parts of partsOf(reading, memory.held())) {
    await new Promise<void>((resolve) => send(parts satisfies readonly ConfigPart[], () => resolve()));
  }
  return 0;
}

type ReadingOptions = {
  readonly director: string | undefined;
  readonly main: string | undefined;
  readonly memory: EntryMemory;
};

async function readingOf(file: string, { director, main, memory }: ReadingOptions) {
  const read = await readSettled(file, { bytesMax: configBytesMax });
  if (!read.ok) return unreadConfig(file, read.error);
  const text = decodeText(read.value.content);
  const environment = daemonEnvironment(director);
  const parse = (readExecuted: Exclude<typeof environment.readExecuted, undefined>) =>
    parseConfig(text, file, { ...environment, readExecuted }, memory);
  const instead = main === undefined ? undefined : { main, copyOf: copiesBeside(file) };
  return readingOfText(await parseWithExecuted(parse, { config: file, instead }), text);
}
