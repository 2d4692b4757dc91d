// What a client sees through the virtual address: requests at a fixed rate and pings at a higher one. Both run as
// processes of their own, so that a busy demo does not delay them; and a machine that stands still for a moment,
// so that nothing is asked at all, does not count as an outage: only what was asked and not answered does.
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
  /** The longest that a request begun after `from` took, or that only failed ones were begun. */
  readonly longestWaitMs: (from: number) => number;
  /** The longest time for which pings sent after `from` were lost. */
  readonly outageMs: (from: number) => number;
  readonly stop: () => Promise<void>;
};

const requestIntervalMs = 40;
/** Less than TCP takes to send a lost first packet again: that counts as a failure, not as an answer. */
const requestLimitMs = 900;
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
  return {
    answers,
    longestWaitMs: (from) => longestWait(answers(0), from),
    outageMs: (from) => longestLoss(pings.lines().flatMap(parseReply), from),
    stop: async () => {
      await Promise.all([requests.stop(), pings.stop()]);
    },
  };
}

function longestWait(answers: readonly Answer[], from: number): number {
  let longest = 0;
  let served = Number.POSITIVE_INFINITY;
  for (const { at, ms, server } of answers) {
    if (server === undefined) continue;
    const failedBefore = at - served - requestIntervalMs;
    if (at >= from) longest = Math.max(longest, ms, anyFailed(answers, served, at) ? failedBefore : 0);
    served = at;
  }
  // Nothing after `from` was served at all.
  return served >= from ? longest : Number.POSITIVE_INFINITY;
}

const anyFailed = (answers: readonly Answer[], from: number, to: number) =>
  answers.some(({ at, failure }) => failure !== undefined && at > from && at < to);

type Reply = { readonly sequence: number; readonly sent: number };

/** "[1795229362.308449] 64 bytes from 10.1.0.100: icmp_seq=7 ttl=64 time=0.05 ms" */
function parseReply(line: string): readonly Reply[] {
  const [, at, sequence, ms] = /^\[([\d.]+)\] \d+ bytes.*icmp_seq=(\d+).*time=([\d.]+) ms$/.exec(line) ?? [];
  return at === undefined ? [] : [{ sequence: Number(sequence), sent: Number(at) * 1000 - Number(ms) }];
}

function longestLoss(replies: readonly Reply[], from: number): number {
  if ((replies.at(-1)?.sent ?? 0) < from) return Number.POSITIVE_INFINITY;
  let longest = 0;
  let last: Reply | undefined;
  for (const reply of replies) {
    // The sequence number has 16 bits.
    const lost = last !== undefined && ((reply.sequence - last.sequence) & 0xffff) > 1;
    if (last !== undefined && lost && reply.sent >= from) {
      longest = Math.max(longest, reply.sent - last.sent - pingIntervalMs);
    }
    last = reply;
  }
  return longest;
}
