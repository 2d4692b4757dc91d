import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ip, ip, ipFromBytes } from '../../src/net/ip.ts';
import type { NameAnswer } from '../../src/ports/discovery.ts';
import { absentKeptMs, type NameRecord, newRecord, stepName } from '../../src/roster/name-record.ts';

const [a, b] = [ip('10.0.0.1'), ip('10.0.0.2')];
const second = 1_000_000;
const found = (addresses: readonly Ip[], ttlSec = 60): NameAnswer => ({
  outcome: 'found',
  addresses,
  ttlSec,
});
const failed: NameAnswer = { outcome: 'failed', reason: 'SERVFAIL' };
const absent: NameAnswer = { outcome: 'absent', reason: 'NXDOMAIN' };

/** The answers one after the other, each with its time in seconds. */
function play(answers: readonly (readonly [atSec: number, answer: NameAnswer])[], initial = newRecord()) {
  let record: NameRecord = initial;
  return answers.map(([atSec, answer]) => {
    const step = stepName(record, answer, atSec * second);
    record = step.record;
    return step;
  });
}

describe('an answer with addresses', () => {
  it('counts for its TTL, between two seconds and five minutes', () => {
    const again = (ttlSec: number) => play([[0, found([a], ttlSec)]])[0]?.askAgainMs;
    expect([0, 1, 2, 60, 300, 86_400].map(again)).toEqual([2000, 2000, 2000, 60_000, 300_000, 300_000]);
  });

  it('is held in order, each address once, so that a turned answer is the same', () => {
    const steps = play([
      [0, found([b, a, b])],
      [60, found([a, b])],
    ]);
    expect(steps.map(({ record }) => record.addresses)).toEqual([
      [a, b],
      [a, b],
    ]);
  });

  it('takes at once what is gone out of the last one', () => {
    expect(
      play([
        [0, found([a, b])],
        [60, found([b])],
      ])[1]?.record.addresses,
    ).toEqual([b]);
  });

  it('of nothing but addresses that no server has, is none', () => {
    const bad = ['0.0.0.0', '224.0.0.1', '255.255.255.255', '::', 'ff02::1'].map(ip);
    const steps = play([
      [0, found([a])],
      [60, found(bad)],
    ]);
    expect(steps[1]?.record.addresses).toEqual([a]);
    expect(steps[1]?.effects).toEqual([{ type: 'failed', reason: 'no address that a server can have' }]);
  });

  it('has 1024 addresses at most', () => {
    const many = Array.from({ length: 2000 }, (_, i) => ipFromBytes(Uint8Array.of(10, 1, i >> 8, i & 255)));
    expect(play([[0, found(many)]])[0]?.record.addresses.length).toBe(1024);
  });
});

describe('a resolver that fails', () => {
  it('takes no address away, however long', () => {
    const steps = play([
      [0, found([a, b])],
      [60, failed],
      [100_000, failed],
      [1_000_000, failed],
    ]);
    expect(steps.at(-1)?.record.addresses).toEqual([a, b]);
  });

  it('is told of once, and once more when it answers again', () => {
    const steps = play([
      [0, found([a])],
      [60, failed],
      [62, failed],
      [66, found([a])],
      [126, found([a])],
    ]);
    expect(steps.map(({ effects }) => effects)).toEqual([
      [],
      [{ type: 'failed', reason: 'SERVFAIL' }],
      [],
      [{ type: 'recovered', afterUs: 6 * second }],
      [],
    ]);
  });

  it('is asked again after two seconds, then later and later, up to half a minute', () => {
    const steps = play(Array.from({ length: 8 }, (_, i) => [i * 100, failed] as const));
    expect(steps.map(({ askAgainMs }) => askAgainMs)).toEqual([
      2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000,
    ]);
  });

  it('leaves what an earlier run knew', () => {
    const [step] = play([[0, failed]], newRecord([a]));
    expect(step?.record.addresses).toEqual([a]);
    expect(step?.effects).toEqual([{ type: 'failed', reason: 'SERVFAIL' }]);
  });
});

describe('a name that is gone', () => {
  const keptSec = absentKeptMs / 1000;

  it('keeps its addresses for five minutes, then loses them, which is told', () => {
    const steps = play([
      [0, found([a])],
      [60, absent],
      [60 + keptSec - 1, absent],
      [60 + keptSec, absent],
      [60 + keptSec + 30, absent],
    ]);
    expect(keptSec).toBe(300);
    expect(steps.map(({ record }) => record.addresses)).toEqual([[a], [a], [a], [], []]);
    expect(steps.map(({ effects }) => effects.map(({ type }) => type))).toEqual([
      [],
      ['failed'],
      [],
      ['forgotten'],
      [],
    ]);
  });

  it('loses them by the word of DNS alone: a failure at the end of the time takes none', () => {
    const steps = play([
      [0, found([a])],
      [60, absent],
      [60 + keptSec, failed],
      [90 + keptSec, absent],
    ]);
    expect(steps.map(({ record }) => record.addresses.length)).toEqual([1, 1, 1, 0]);
  });

  it('starts the time anew when it was there in between', () => {
    const steps = play([
      [0, found([a])],
      [60, absent],
      [200, found([a])],
      [260, absent],
      [60 + keptSec, absent],
    ]);
    expect(steps.at(-1)?.record.addresses).toEqual([a]);
  });

  it('comes back', () => {
    const steps = play([
      [0, absent],
      [keptSec, absent],
      [keptSec + 30, found([b])],
    ]);
    expect(steps.at(-1)?.record.addresses).toEqual([b]);
    expect(steps.at(-1)?.effects).toEqual([{ type: 'recovered', afterUs: (keptSec + 30) * second }]);
  });
});

const anyAddress = fc.integer({ min: 1, max: 6 }).map((last) => ipFromBytes(Uint8Array.of(10, 0, 0, last)));
const anyAnswer: fc.Arbitrary<NameAnswer> = fc.oneof(
  fc.record({
    outcome: fc.constant('found' as const),
    addresses: fc.array(anyAddress, { minLength: 1, maxLength: 5 }),
    ttlSec: fc.integer({ min: 0, max: 100_000 }),
  }),
  fc.constant(failed),
  fc.constant(absent),
);

describe('whatever the resolver says', () => {
  it('no failure changes the addresses, and only a word that has lasted takes the last one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), anyAnswer), { maxLength: 30 }),
        (moves) => {
          let [now, record] = [0, newRecord([a])];
          let goneSince: number | undefined;
          for (const [pauseSec, answer] of moves) {
            now += pauseSec * second;
            const step = stepName(record, answer, now);
            if (answer.outcome === 'failed') expect(step.record.addresses).toEqual(record.addresses);
            if (answer.outcome === 'found') goneSince = undefined;
            if (answer.outcome === 'absent') goneSince ??= now;
            const isOver = answer.outcome === 'absent' && now - (goneSince ?? now) >= 1000 * absentKeptMs;
            if (answer.outcome === 'absent')
              expect(step.record.addresses).toEqual(isOver ? [] : record.addresses);
            expect(step.askAgainMs).toBeGreaterThanOrEqual(2000);
            expect(step.askAgainMs).toBeLessThanOrEqual(300_000);
            record = step.record;
          }
        },
      ),
    );
  });
});
