// A text file, or a pipe, line by line, whatever its length: only one line is in memory at a time, and one that is too long
// counts as its beginning. For what a user names on the command line: it is opened as any program would, and "-" is standard
// input.
import { createReadStream } from 'node:fs';
import { err, ok, type Result } from '../../net/result.ts';

const lineLengthMax = 1024 * 1024;

/** Resolves once all is read. */
export async function readLines(path: string, onLine: (line: string) => void): Promise<Result<void>> {
  let rest = '';
  try {
    const stream = path === '-' ? process.stdin.setEncoding('utf8') : createReadStream(path, 'utf8');
    for await (const piece of stream) {
      const lines = (rest + piece).split('\n');
      rest = (lines.pop() ?? '').slice(0, lineLengthMax);
      for (const line of lines) onLine(line);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return err(code ?? message);
  }
  if (rest !== '') onLine(rest);
  return ok(undefined);
}
