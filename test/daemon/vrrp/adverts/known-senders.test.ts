// Whom a router knows well enough to read every one of its adverts.
import { describe, expect, it } from 'vitest';
import { forgive, nobodyKnown, noteAccepted } from '../../../../src/daemon/vrrp/adverts/known-senders.ts';
import { ip } from '../../../../src/net/ip.ts';

const second = 1_000_000;
const peer = (number: number) => ip(`10.9.0.${number}`);

describe('a sender', () => {
  it('is known once it was heard twice, and not at once', () => {
    const senders = nobodyKnown();
    expect(noteAccepted(senders, peer(1), 0)).toBe(false);
    expect(noteAccepted(senders, peer(1), 0)).toBe(false);
    expect(noteAccepted(senders, peer(1), second)).toBe(true);
    expect([...senders.learned.keys()]).toEqual([peer(1)]);
  });

  it('is one of eight; one that was silent for ten seconds makes room', () => {
    const senders = nobodyKnown();
    for (let number = 1; number <= 9; number += 1)
      for (const at of [0, second]) noteAccepted(senders, peer(number), at);
    expect(senders.learned.has(peer(9))).toBe(false);
    for (let number = 2; number <= 8; number += 1) noteAccepted(senders, peer(number), 12 * second);
    expect(noteAccepted(senders, peer(9), 12 * second)).toBe(true);
    expect([senders.learned.has(peer(9)), senders.learned.has(peer(1))]).toEqual([true, false]);
  });

  it('that sends far too often is not known for ten seconds', () => {
    const senders = nobodyKnown();
    for (let number = 0; number <= 21; number += 1) noteAccepted(senders, peer(1), number);
    expect([senders.learned.has(peer(1)), senders.loud.has(peer(1))]).toEqual([false, true]);
    forgive(senders, 5 * second);
    expect(senders.loud.has(peer(1))).toBe(true);
    forgive(senders, 11 * second);
    expect(senders.loud.has(peer(1))).toBe(false);
  });
});
