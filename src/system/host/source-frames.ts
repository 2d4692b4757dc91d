// A stack in terms of the sources. What is installed is a bundle; its maps, which name each place's file, are in it, and are read
// once something went wrong and never before. What has no map (the sources themselves) stays as it is.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { readOwn } from './own-program.ts';

const place = /((?:file:\/\/)?\/[^ ()]+\.c?js):(\d+):(\d+)/;

/** What the files of the build are called in a stack, wherever they stand (scripts/build/loader.cjs). */
const built = '/lvs-director/dist/chunks/';

/** The same error; what is thrown otherwise goes through. */
export function inSources(error: unknown): unknown {
  if (error instanceof Error && error.stack !== undefined) error.stack = sourceFrames(error.stack);
  return error;
}

/**
 * With `/lvs-director/src/probes/dns.ts:12:3` where a place of the bundle was.
 * @param readFrom the program that this is
 */
export function sourceFrames(stack: string, readFrom: typeof readOwn = readOwn): string {
  const maps = new Map<string, SourceMap | undefined>();
  return stack.replace(new RegExp(place, 'g'), (found, url: string, line: string, column: string) => {
    if (!maps.has(url)) maps.set(url, mapOf(url, readFrom));
    const origin = maps.get(url)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (origin === undefined || !('originalSource' in origin)) return found;
    const path = origin.originalSource.replace(/^(?:\.\.\/)+/, '');
    return `/lvs-director/${path}:${origin.originalLine + 1}:${origin.originalColumn + 1}`;
  });
}

function mapOf(url: string, readFrom: typeof readOwn): SourceMap | undefined {
  try {
    const text = url.startsWith(built)
      ? readFrom(`${url.slice(built.length)}.map`)
      : readFileSync(`${url.replace(/^file:\/\//, '')}.map`, 'utf8');
    return text === undefined ? undefined : new SourceMap(JSON.parse(text));
  } catch {
    return undefined;
  }
}
