// The lines that come over a socket, waited for one by one or all at once. What passes the limits ends the connection.
import type { Socket } from 'node:net';
import { createLineSplitter, type LineLimits } from './line-splitter.ts';

/** Both reject when there will be no more, and wait otherwise. */
export type Lines = {
  readonly next: () => Promise<string>;
  /** At least one. */
  readonly all: () => Promise<readonly string[]>;
};

export function readLines(socket: Socket, limits: LineLimits): Lines {
  const { lines, ...splitter } = createLineSplitter(limits);
  let ended: Error | undefined;
  let wake = () => {};
  const end = (error: Error): void => {
    if (ended === undefined) splitter.end();
    ended ??= error;
    wake();
  };
  socket.on('data', (chunk: Buffer) => {
    if (ended !== undefined) return;
    const refusal = splitter.take(chunk);
    if (refusal === undefined) return wake();
    end(new Error(refusal));
    socket.destroy();
  });
  socket.on('error', end);
  for (const event of ['end', 'close']) socket.once(event, () => end(new Error('connection closed')));

  const wait = async (): Promise<void> => {
    while (lines.length === 0) {
      if (ended !== undefined) throw ended;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    next: async () => {
      await wait();
      return lines.shift() ?? '';
    },
    all: async () => {
      await wait();
      return lines.splice(0);
    },
  };
}
