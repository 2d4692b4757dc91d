// What a script says: read up to a bound, of which the end is kept, for the last line of it.
import type { ChildProcess } from 'node:child_process';

/** What says more has gone wrong, and would keep this process busy with reading. */
export const outputBytesMax = 1024 * 1024;
const keptBytesMax = 1024;
const lineLengthMax = 200;

/** @returns the last line so far, without control characters; undefined: nothing. */
export function readOutput(child: ChildProcess, onFlood: () => void): () => string | undefined {
  let tail = Buffer.alloc(0);
  let read = 0;
  const keep = (chunk: Buffer) => {
    read += chunk.length;
    tail = Buffer.concat([tail, chunk.subarray(-keptBytesMax)]).subarray(-keptBytesMax);
    if (read > outputBytesMax) onFlood();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', keep);
    stream?.on('error', () => {});
  }
  return () => {
    const line = tail.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they have no place in a log line
    const clean = line.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();
    return clean === '' ? undefined : clean.slice(0, lineLengthMax);
  };
}
