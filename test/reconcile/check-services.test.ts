// The private services of checks, in the table beside all else: of random configurations each has its own and nothing but its
// server; a table that has them needs nothing more; what a reload does not want any more goes, at once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCheckMark } from '../../src/model/check-marks.ts';
import { goesClientsWay } from '../../src/model/checks/goes-clients-way.ts';
import type { RealConfig, VirtualConfig } from '../../src/model/config/service.ts';
import { formatServiceId, realName, type Table } from '../../src/model/ipvs.ts';
import { serverKey } from '../../src/model/names.ts';
import { ip } from '../../src/net/ip.ts';
import { checkServicesOf, isCheckService } from '../../src/reconcile/check-services.ts';
import { nobodyLeaves } from '../../src/reconcile/leaving.ts';
import { planFor } from '../../src/reconcile/plan.ts';
import { propose } from '../../src/reconcile/propose.ts';
import { aReal, aVirtual } from '../make/a-virtual.ts';
import { arbitraryId } from '../make/arbitrary-table.ts';
import { createModelKernel } from '../make/model-kernel.ts';

const arbitraryReal = (inet6: boolean): fc.Arbitrary<RealConfig> =>
  fc
    .record({
      host: fc.integer({ min: 2, max: 9 }),
      port: fc.constantFrom(0, 80, 8080),
      forward: fc.constantFrom('gate' as const, 'masq' as const, 'ipip' as const),
      weight: fc.constantFrom(0, 1, 7),
    })
    .map(({ host, ...real }) => aReal({ ...real, address: ip(inet6 ? `fd09::${host}` : `10.0.0.${host}`) }));

const arbitraryService: fc.Arbitrary<VirtualConfig> = arbitraryId.chain((id) =>
  fc
    .record({
      checkpath: fc.constantFrom('vip' as const, 'vip' as const, 'direct' as const),
      checktype: fc.constantFrom(
        { kind: 'negotiate' as const },
        { kind: 'connect' as const },
        { kind: 'ping' as const },
      ),
      reals: fc.uniqueArray(
        arbitraryReal(formatServiceId(id).includes('fd') || formatServiceId(id).includes('fwmark6')),
        {
          maxLength: 4,
          selector: (real) => realName(id, real),
        },
      ),
    })
    .map((changes) => aVirtual({ ...changes, id })),
);
const arbitraryConfig = fc.uniqueArray(arbitraryService, {
  maxLength: 5,
  selector: ({ id }) => formatServiceId(id),
});

const goalOf = (virtuals: readonly VirtualConfig[], before: readonly VirtualConfig[] = []) => {
  const owned = [...virtuals, ...before].map(({ id }) => formatServiceId(id));
  const checks = [virtuals, before].flatMap((each) => [...checkServicesOf(each).values()]);
  return {
    ...{ virtuals, verdictOf: () => 'up' as const },
    policy: { owned: new Set([...owned, ...checks.map(({ name }) => name)]), foreign: 'keep' as const },
    leaving: { state: nobodyLeaves, now: 0, wasOurs: () => true },
  };
};

const privateOf = (table: Table) => table.filter(({ service }) => isCheckService(service.id));

describe('private services of checks', () => {
  it('are one for each server that is checked so, with it alone at weight 1, and never collide', () => {
    fc.assert(
      fc.property(arbitraryConfig, (virtuals) => {
        const services = checkServicesOf(virtuals);
        const checked = virtuals.flatMap((virtual) =>
          virtual.reals
            .filter((real) => goesClientsWay(virtual, real))
            .map(
              (real) => [serverKey(formatServiceId(virtual.id), realName(virtual.id, real)), real] as const,
            ),
        );
        expect(new Set(services.keys())).toEqual(new Set(checked.map(([key]) => key)));
        expect(new Set([...services.values()].map(({ mark }) => mark)).size).toBe(services.size);
        for (const [key, { address, forward }] of checked) {
          const { mark, entry } = services.get(key) ?? expect.fail(key);
          expect(isCheckMark(mark)).toBe(true);
          expect(entry.destinations).toMatchObject([{ address, forward, port: 0, weight: 1 }]);
        }
      }),
    );
  });

  it('are made once, stay, and go with the configuration that wanted them', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryConfig, arbitraryConfig, async (first, second) => {
        const kernel = createModelKernel();
        const steps = [goalOf(first), goalOf(second, first), goalOf([], second)];
        for (const goal of steps) {
          const { operations, desired } = propose(kernel.table(), goal);
          expect((await kernel.apply(operations)).filter((error) => error !== undefined)).toEqual([]);
          const again = propose(kernel.table(), goal);
          expect(again.operations).toEqual([]);
          const wanted = new Set([...checkServicesOf(goal.virtuals).values()].map(({ mark }) => mark));
          const marksIn = (table: Table) =>
            new Set(
              privateOf(table).flatMap(({ service: { id } }) => (id.kind === 'fwmark' ? [id.fwmark] : [])),
            );
          expect(marksIn(desired)).toEqual(wanted);
          expect(marksIn(again.observed)).toEqual(wanted);
        }
      }),
    );
  });

  it('are left out of a plan that nobody asked for all of', () => {
    const virtuals = [aVirtual({ checkpath: 'vip' })];
    const proposal = propose([], goalOf(virtuals));
    expect(planFor(virtuals, proposal).counts).toEqual({ adds: 2, edits: 0, deletes: 0 });
    expect(planFor(virtuals, proposal, true).counts).toEqual({ adds: 4, edits: 0, deletes: 0 });
  });

  it('are there for a tier of the fallback that is checked, and for the first TCP address that a mark stands for', () => {
    const at = aVirtual().at;
    const fallback = { ...aReal({ address: ip('10.0.0.9') }), checked: true };
    const marks = [
      { protocol: 'udp' as const, address: ip('10.0.0.1'), port: 53, at },
      { protocol: 'tcp' as const, address: ip('10.0.0.1'), port: 80, at },
    ];
    const id = { kind: 'fwmark', family: 'inet', fwmark: 7 } as const;
    const sizeOf = (changes: Partial<VirtualConfig>) =>
      checkServicesOf([aVirtual({ checkpath: 'vip', ...changes })]).size;
    expect(sizeOf({ fallbacks: [fallback] })).toBe(2);
    expect(sizeOf({ fallbacks: [{ ...fallback, checked: false }] })).toBe(1);
    expect(sizeOf({ id, marks })).toBe(1);
    expect(sizeOf({ id, marks: marks.slice(0, 1) })).toBe(0);
    expect(sizeOf({ id })).toBe(0);
  });
});
