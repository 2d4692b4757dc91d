// The file of the log. One that cannot be written is told, left out, and tried again a minute later, until another one
// is wanted: it never stops the daemon.
import type { Clock } from '../../ports/clock.ts';
import type { LogSink, OpenLogFile, SinkTroubles } from '../../ports/log-sink.ts';

const retryMs = 60_000;

export type RetriedFile = LogSink & {
  /** From now on that one; undefined: none. The one that is open goes on if it is the same. */
  readonly use: (path: string | undefined) => void;
};

export type RetriedFilePorts = {
  readonly clock: Clock;
  readonly openFile: OpenLogFile;
  readonly troublesOf: (path: string) => SinkTroubles;
};

export function createRetriedFile({ clock, openFile, troublesOf }: RetriedFilePorts): RetriedFile {
  let path: string | undefined;
  let file: LogSink | undefined;
  let cancelRetry = () => {};

  function open(target: string): void {
    const troubles = troublesOf(target);
    const opened = openFile(target, {
      onFailed: (error) => {
        if (file !== opened) return;
        file = undefined;
        cancelRetry = clock.after(retryMs, () => open(target));
        troubles.onFailed(error);
      },
      onLost: troubles.onLost,
    });
    file = opened;
  }

  return {
    use: (next) => {
      if (next === path) return;
      path = next;
      cancelRetry();
      file = undefined;
      if (path !== undefined) open(path);
    },
    write: (...line) => file?.write(...line),
    close: async () => {
      cancelRetry();
      await file?.close();
    },
  };
}
