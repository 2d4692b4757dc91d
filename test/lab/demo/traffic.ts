// What a client sees through the virtual address: requests at a fixed rate, pings at a higher one, and from both
// how long nothing came through. Both run as processes of their own, so that a busy demo does not delay them.
import { fileURLToPath } from 'node:url';
import type { Host } from '../harness/namespaces.ts';

/** One request; `server` where it was served, `failure` where not. */
export type Answer = {
  /** When it was begun: milliseconds since 1970. */
  readonly at: number;
  /** How long it took. */
  readonly ms: number;
  readonly server?: string;
  readonly failure?: string;
};

export type Traffic = {
  /** Requests begun at or after `from`, as far as they have ended, in order of their beginning. */
  readonly answers: (from: number) => readonly Answer[];
  /** The longest time between two requests that were served, less the interval; from the last served before `from`. */
  readonly serviceOutageMs: (from: number) => number;
  /** The same of the address alone, by ping: finer. */
  readonly addressOutageMs: (from: number) => number;
  readonly stop: () => Promise<void>;
};

export const requestIntervalMs = 20;
const requestLimitMs = 500;
const pingIntervalMs = 4;

/** Milliseconds since 1970. */
export const wallClock = (): number => performance.timeOrigin + performance.now();

export async function startTraffic(client: Host, address: string, port: number): Promise<Traffic> {
  const program = fileURLToPath(new URL('./requests.js', import.meta.url));
  const requests = client.start([
    process.execPath,
    program,
    ...[address, port, requestIntervalMs, requestLimitMs].map(String),
  ]);
  const pings = client.start(['ping', '-n', '-D', '-i', String(pingIntervalMs / 1000), address]);
  await requests.waitFor(/"at"/);

  const answers = (from: number) =>
    requests
      .lines()
      .map((line) => JSON.parse(line) as Answer)
      .filter(({ at }) => at >= from)
      .sort((a, b) => a.at - b.at);
  const replies = () =>
    pings.lines().flatMap((line) => Number(/^\[([\d.]+)\] \d+ bytes/.exec(line)?.[1]) * 1000 || []);

  return {
    answers,
    serviceOutageMs: (from) => {
      const served = answers(0).filter(({ server }) => server !== undefined);
      return (
        longestGap(
          served.map(({ at }) => at),
          from,
        ) - requestIntervalMs
      );
    },
    addressOutageMs: (from) => longestGap(replies(), from) - pingIntervalMs,
    stop: async () => {
      await Promise.all([requests.stop(), pings.stop()]);
    },
  };
}

/** Between two successive times, of which the later is after `from`. */
export function longestGap(times: readonly number[], from: number): number {
  const firstAfter = times.findIndex((time) => time >= from);
  if (firstAfter < 0) return Number.POSITIVE_INFINITY;
  const relevant = times.slice(Math.max(0, firstAfter - 1));
  return Math.max(0, ...relevant.slice(1).map((time, index) => time - (relevant[index] ?? time)));
}
