// The listener through reloads, over ports in memory that may be taken, as the kernel has it: an address and the wildcard of
// the same port stand in each other's way.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createListener } from '../../src/control/listener.ts';
import type { JournalEvent } from '../../src/journal/event.ts';
import { formatEndpoint, parseEndpoint } from '../../src/net/endpoint.ts';
import { err, ok } from '../../src/net/result.ts';
import { createVirtualTime } from '../make/virtual-time.ts';

const at = (text: string) => parseEndpoint(text) ?? expect.fail(text);

function createWorld() {
  const time = createVirtualTime();
  const events: JournalEvent[] = [];
  const ours: string[] = [];
  const others = new Set<string>();
  let fewest = 0;
  const clash = (a: string, b: string) =>
    a.split(':')[1] === b.split(':')[1] && (a === b || a.startsWith('0.0.0.0') || b.startsWith('0.0.0.0'));
  const remove = (where: string) => {
    if (ours.includes(where)) ours.splice(ours.indexOf(where), 1);
  };
  const listener = createListener({
    clock: time,
    journal: (event) => void events.push(event),
    open: async (endpoint) => {
      const where = formatEndpoint(endpoint);
      if ([...others, ...ours].some((each) => clash(each, where)))
        return err({ reason: 'taken', taken: true });
      ours.push(where);
      return ok({
        release: () => {
          remove(where);
          fewest = Math.min(fewest, ours.length);
        },
        close: async () => remove(where),
      });
    },
  });
  return {
    ...{ time, events, ours, others, listener },
    /** How few there were at the least since. */
    fewestSince: () => {
      const value = fewest;
      fewest = ours.length;
      return value;
    },
  };
}
const namesOf = (events: readonly JournalEvent[]) => events.map(({ event }) => event);

describe('a listener', () => {
  it('is opened, left where it is, moved without a gap, and closed', async () => {
    const { listener, ours, events, fewestSince } = createWorld();
    await listener.configure(at('127.0.0.1:1'));
    fewestSince();
    await listener.configure(at('127.0.0.1:1'));
    await listener.configure(at('127.0.0.1:2'));
    expect(fewestSince()).toBe(1);
    expect(ours).toEqual(['127.0.0.1:2']);
    await listener.configure(undefined);
    expect(ours).toEqual([]);
    expect(namesOf(events)).toEqual(['listener.opened', 'listener.opened', 'listener.closed']);
  });

  it('ends without a word where the daemon does', async () => {
    const { listener, ours, events } = createWorld();
    await listener.configure(at('127.0.0.1:1'));
    await listener.close();
    expect(ours).toEqual([]);
    expect(namesOf(events)).toEqual(['listener.opened']);
  });

  it('moves to an address that its own port stands in the way of', async () => {
    const { listener, ours, events } = createWorld();
    await listener.configure(at('127.0.0.1:1'));
    await listener.configure(at('0.0.0.0:1'));
    expect(ours).toEqual(['0.0.0.0:1']);
    expect(namesOf(events)).not.toContain('listener.failed');
  });

  it('stays where it is while another program is in the way as well', async () => {
    const { listener, ours, others, events, time } = createWorld();
    await listener.configure(at('127.0.0.1:1'));
    others.add('127.0.0.9:1');
    await listener.configure(at('0.0.0.0:1'));
    expect(ours).toEqual(['127.0.0.1:1']);
    expect(namesOf(events)).toContain('listener.failed');
    others.clear();
    await time.advance(3000);
    expect(ours).toEqual(['0.0.0.0:1']);
  });

  it('tells of a port that is taken once, tries again, and keeps the one it has meanwhile', async () => {
    const { listener, ours, events, others, time } = createWorld();
    await listener.configure(at('127.0.0.1:1'));
    others.add('127.0.0.1:2');
    await listener.configure(at('127.0.0.1:2'));
    await time.advance(200_000);
    expect(ours).toEqual(['127.0.0.1:1']);
    expect(events.filter(({ event }) => event === 'listener.failed')).toEqual([
      { event: 'listener.failed', listen: '127.0.0.1:2', reason: 'taken' },
    ]);
    others.clear();
    await time.advance(60_000);
    expect(ours).toEqual(['127.0.0.1:2']);
    expect(time.waiting()).toBe(0);
  });

  it('gives up what it tries when it is told of another, or of none', async () => {
    const { listener, ours, others, time } = createWorld();
    others.add('127.0.0.1:2');
    await listener.configure(at('127.0.0.1:2'));
    await listener.close();
    others.clear();
    await time.advance(200_000);
    expect(ours).toEqual([]);
    expect(time.waiting()).toBe(0);
  });

  it('ends up where it was told last, whatever came before', async () => {
    const endpoint = fc.constantFrom('127.0.0.1:1', '127.0.0.1:2', '0.0.0.0:1', '0.0.0.0:2', undefined);
    const step = fc.record({
      to: endpoint,
      taken: fc.subarray(['127.0.0.1:1', '0.0.0.0:2']),
      ms: fc.nat(5000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), endpoint, async (steps, last) => {
        const { listener, ours, others, time } = createWorld();
        for (const { to, taken, ms } of steps) {
          others.clear();
          for (const each of taken) others.add(each);
          void listener.configure(to === undefined ? undefined : at(to));
          await time.advance(ms);
        }
        others.clear();
        await listener.configure(last === undefined ? undefined : at(last));
        await time.advance(61_000);
        expect(ours).toEqual(last === undefined ? [] : [last]);
      }),
      { numRuns: 60 },
    );
  });
});
