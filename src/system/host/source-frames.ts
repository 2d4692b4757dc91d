// A stack in terms of the sources. What is installed is a bundle; its maps, which name each place's file, are read once
// something went wrong and never before. What has no map (the sources themselves) stays as it is.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const place = /((?:file:\/\/)?\/[^ ()]+\.c?js):(\d+):(\d+)/;

/** What the files of the build are called in a stack, wherever they stand (scripts/build/loader.cjs). */
const built = '/lvs-director/dist/';

/** The same error; what is thrown otherwise goes through. */
export function inSources(error: unknown): unknown {
  if (error instanceof Error && error.stack !== undefined) error.stack = sourceFrames(error.stack);
  return error;
}

/**
 * With `/lvs-director/src/probes/dns.ts:12:3` where a place of the bundle was.
 * @param build where this one stands; of the sources themselves nowhere
 */
export function sourceFrames(stack: string, build: URL = new URL('..', import.meta.url)): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(new RegExp(place, 'g'), (found, url: string, line: string, column: string) => {
    const file = url.startsWith(built)
      ? fileURLToPath(new URL(url.slice(built.length), build))
      : url.replace(/^file:\/\//, '');
    if (!maps.has(file)) maps.set(file, mapOf(file));
    const origin = maps.get(file)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (origin === undefined || !('originalSource' in origin)) return found;
    const path = origin.originalSource.replace(/^(?:\.\.\/)+/, '');
    return `/lvs-director/${path}:${origin.originalLine + 1}:${origin.originalColumn + 1}`;
  });
}

function mapOf(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
