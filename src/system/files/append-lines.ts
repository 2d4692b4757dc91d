// Lines added to a file of our own, one after the other, in the thread pool: a disk that hangs keeps nobody waiting. Bounded:
// what does not fit is left out. What stands there and is no regular file stays. Source: open(2).
import { constants } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;

export type AppendLines = {
  /** With its end. */
  readonly write: (line: string) => void;
  /** Resolves once all is written, or cannot be, or after that time. */
  readonly close: (limitMs: number) => Promise<void>;
};

export function appendLines(path: string, bytesMax: number): AppendLines {
  let writing: Promise<void> = Promise.resolve();
  return {
    write: (line) => {
      writing = writing.then(() => append(path, line, bytesMax)).catch(() => {});
    },
    close: (limitMs) =>
      Promise.race([writing, new Promise<void>((resolve) => setTimeout(resolve, limitMs).unref())]),
  };
}

async function append(path: string, line: string, bytesMax: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  const file = await open(path, flags, 0o600);
  try {
    const found = await file.stat();
    if (found.isFile() && found.size + Buffer.byteLength(line) <= bytesMax) await file.appendFile(line);
  } finally {
    await file.close();
  }
}
