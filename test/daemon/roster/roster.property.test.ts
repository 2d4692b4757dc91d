import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ip, ipFromBytes } from '../../../src/net/ip.ts';
import type { NameAnswer } from '../../../src/ports/discovery.ts';

import { configOf, failed, take, withFile, worldOf } from './roster-rig.ts';

const anyAddress: fc.Arbitrary<Ip> = fc
  .integer({ min: 1, max: 5 })
  .map((last) => ipFromBytes(Uint8Array.of(10, 0, 0, last)));
const anyAnswer: fc.Arbitrary<NameAnswer> = fc.oneof(
  fc.record({
    outcome: fc.constant('found' as const),
    addresses: fc.uniqueArray(anyAddress, { minLength: 1, maxLength: 4 }),
    ttlSec: fc.integer({ min: 0, max: 400 }),
  }),
  fc.constant(failed),
);

describe('whatever the resolver and the file say', () => {
  it('the servers are those of the last good answers and the last good file: no failure takes one away', async () => {
    const texts = fc.constantFrom(
      '[]',
      '- 10.0.1.1 gate\n',
      '- 10.0.1.2 gate\n- 10.0.1.3 gate\n',
      '- 10.0',
      '',
      '{',
      'x: 1',
    );
    const good = new Map([
      ['[]', []],
      ['- 10.0.1.1 gate\n', ['10.0.1.1:80']],
      ['- 10.0.1.2 gate\n- 10.0.1.3 gate\n', ['10.0.1.2:80', '10.0.1.3:80']],
    ]);
    const moves = fc.array(fc.record({ a: anyAnswer, b: anyAnswer, text: texts }), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(moves, async (all) => {
        const config = configOf([{ ...withFile('a', 'b'), reals: [] }]);
        const world = worldOf(config);
        const last = {
          a: [] as readonly string[],
          b: [] as readonly string[],
          file: [] as readonly string[],
        };
        let isTaken = false;
        for (const { a, b, text } of all) {
          world.answers.set('a', a).set('b', b);
          world.write({ text });
          if (!isTaken) await take(world, config);
          isTaken = true;
          await world.clock.advance(400_000);
          if (a.outcome === 'found') last.a = a.addresses.map((each) => `${each}:80`);
          if (b.outcome === 'found') last.b = b.addresses.map((each) => `${each}:80`);
          last.file = good.get(text) ?? last.file;
          expect([...world.servers()].sort()).toEqual(
            [...new Set([...last.a, ...last.b, ...last.file])].sort(),
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});
