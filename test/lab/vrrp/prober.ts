// Asks an address every millisecond from another host, and tells for how long nobody answered.
import { familyOf, ip } from '../../../src/net/ip.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openIcmpSocket } from '../../../src/system/sockets/icmp-socket.ts';
import { decodeEchoReply, encodeEchoRequest } from '../../../src/wire/packet/icmp.ts';
import type { Host, Lab } from '../harness/namespaces.ts';
import { inside } from './inside.ts';

/** For the last answers to come back, if they come. */
const settleMsMax = 2000;
/** Between two requests lies a millisecond, or a stall of this process, which is nobody's gap. */
const apartMsMax = 2;

/**
 * What a hand-over may cost a client on a busy machine and still be called seamless: less than the Skew_Time of any
 * backup of these tests (124 ms at priority 150 and 300 ms adverts), which a director that lets go first loses.
 */
export const seamlessMs = 120;

export type Prober = {
  readonly answers: () => number;
  /** Ends the probing. @returns the longest time for which requests found no answer, in milliseconds. */
  readonly longestGapMs: () => Promise<number>;
};

export function probe(lab: Lab, host: Host, address: string): Prober {
  const family = familyOf(ip(address));
  const opened = inside(host, () => openIcmpSocket(family, systemClock));
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  const port = opened.value;
  const sentAt = new Map<number, number>();
  const answered = new Set<number>();
  port.onReceived(({ bytes }) => {
    const sequence = decodeEchoReply(family, bytes)?.sequence;
    if (sequence !== undefined) answered.add(sequence);
  });
  port.onError(() => {});
  let sequence = 0;
  const timer = setInterval(() => {
    sequence = (sequence + 1) & 0xffff;
    sentAt.set(sequence, performance.now());
    const echo = { identifier: 1, sequence, payload: new Uint8Array(8) };
    port.send(encodeEchoRequest(family, echo), ip(address), () => {});
  }, 1);
  const stop = () => {
    clearInterval(timer);
    port.close();
  };
  lab.defer(stop);
  return {
    answers: () => answered.size,
    longestGapMs: async () => {
      clearInterval(timer);
      const end = performance.now() + settleMsMax;
      while (!answered.has(sequence) && performance.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 1));
      stop();
      return longestRun(sentAt, answered);
    },
  };
}

/** Of the requests in a row that found no answer; 0 where each has one. */
function longestRun(sentAt: ReadonlyMap<number, number>, answered: ReadonlySet<number>): number {
  let longest = 0;
  let lostMs = 0;
  let lastLostAt: number | undefined;
  for (const [sequence, at] of sentAt) {
    if (lastLostAt !== undefined) lostMs += Math.min(at - lastLostAt, apartMsMax);
    longest = Math.max(longest, lostMs);
    lastLostAt = answered.has(sequence) ? undefined : at;
    if (lastLostAt === undefined) lostMs = 0;
  }
  return longest;
}
