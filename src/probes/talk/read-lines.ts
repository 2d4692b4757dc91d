// The lines that come over a socket, waited for one by one or all at once. What passes the limits ends the connection.
import type { Socket } from 'node:net';
import { createLineSplitter, type LineLimits } from './line-splitter.ts';

/** Both reject when there will be no more, and wait otherwise. */
export type Lines = {
  readonly next: () => Promise<string>;
  /** At least one. */
  readonly all: () => Promise<readonly string[]>;
  /** What comes from now on is somebody else's. @returns whether something has come that nobody heard */
  readonly leave: () => boolean;
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
  const take = (chunk: Buffer): void => {
    if (ended !== undefined) return;
    const refusal = splitter.take(chunk);
    if (refusal === undefined) {
      wake();
      return;
    }
    end(new Error(refusal));
    socket.destroy();
  };
  socket.on('data', take);
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
    leave: () => {
      socket.off('data', take);
      socket.pause();
      return lines.length > 0 || splitter.isWithin();
    },
  };
}
