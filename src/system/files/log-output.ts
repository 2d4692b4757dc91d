// Log lines to a stream, standard output above all, whose reader may be slow, stuck or gone: the queue is bounded, what
// does not fit is left out and counted, and nothing waits but the end, for a bounded time. Node writes to pipes and
// sockets without blocking; to a terminal or a file it does block, as everybody does.
import type { Writable } from 'node:stream';
import type { LogSink, SinkTroubles } from '../../ports/log-sink.ts';
import type { LevelPrefix } from '../host/level-prefix.ts';

const queuedBytesMax = 1024 * 1024;
/** How long an end waits for a reader. */
const lastWordsMs = 2000;

/** @param prefix what stands before each line, by its level. */
export function openLogOutput(
  stream: Writable,
  { onFailed, onLeftOut, onLost }: SinkTroubles,
  prefix: LevelPrefix = () => '',
): LogSink {
  let failed = false;
  let lost = 0;

  /** Before any line that comes behind the gap. */
  const tellLost = () => {
    if (lost === 0 || failed || stream.writableLength > queuedBytesMax / 2) return;
    const lines = lost;
    lost = 0;
    onLost(lines);
  };

  stream.on('drain', tellLost);
  // A reader that has gone must not end the daemon.
  stream.on('error', (error) => {
    if (failed) return;
    failed = true;
    onFailed(error);
  });

  return {
    write: (line, level) => {
      tellLost();
      if (failed) return;
      if (lost > 0 || stream.writableLength >= queuedBytesMax) {
        lost += 1;
        onLeftOut();
      } else stream.write(`${prefix(level)}${line}`);
    },
    close: async () => {
      let giveUp: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        giveUp = setTimeout(resolve, lastWordsMs);
      });
      // What was lost is told of when the first has gone out; that line shall be read, too.
      const said = flushed(stream).then(() => flushed(stream));
      await Promise.race([said, patience]);
      clearTimeout(giveUp);
    },
  };
}

/** Also where it is gone. */
const flushed = (stream: Writable): Promise<void> =>
  new Promise((resolve) => void stream.write('', () => setImmediate(resolve)));
