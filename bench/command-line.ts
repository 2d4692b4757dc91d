// What the benchmarks' command lines have in common: bad usage is said with the usage, and ends with status 2.

/** @returns says why, and ends. */
export const refusing =
  (usage: string) =>
  (why: string): never => {
    process.stderr.write(`${why}\n${usage}`);
    process.exit(2);
  };

/** @param read parseArgs, which throws at what it does not know */
export function wordsOr<Words>(refuse: (why: string) => never, read: () => Words): Words {
  try {
    return read();
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** An exit removes what the run under way has made; the signals' own default would not. */
export function exitBySignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(130));
  }
}
