import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FallbackConfig, VirtualConfig } from '../../src/model/config/service.ts';
import { type Destination, formatServiceId, realName, type Table } from '../../src/model/ipvs.ts';
import { type Verdict, type VerdictOf, withoutCheck } from '../../src/model/verdict.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { canonicalDestination, canonicalTable } from '../../src/reconcile/canonical.ts';
import { desire, desireServices } from '../../src/reconcile/desire.ts';
import { diff } from '../../src/reconcile/diff.ts';
import {
  arbitraryQuorumOf,
  arbitraryTable,
  arbitraryVerdictOf,
  arbitraryVirtuals,
} from '../make/arbitrary-table.ts';

describe('desire, for any configuration, verdicts and table', () => {
  const world = [arbitraryVirtuals, arbitraryVerdictOf, arbitraryTable, arbitraryQuorumOf] as const;

  it('never enters a server without a verdict that the table does not hold', () => {
    fc.assert(
      fc.property(...world, (virtuals, verdictOf, observed, quorumOf) => {
        const held = new Set(endpointsOf(observed));
        const allowed = new Set(
          virtuals.flatMap((virtual) => [
            ...verifiedOf(virtual, verdictOf),
            ...virtual.fallbacks.flatMap((tier) =>
              // With weight 0 it serves nobody.
              tierIsUp(virtual, tier, verdictOf) || virtual.fallbackQuiescent
                ? [endpointIn(virtual, tier)]
                : [],
            ),
          ]),
        );
        const desired = desire(virtuals, verdictOf, observed, { quorumOf });
        const entered = endpointsOf(desired).filter((name) => !held.has(name));
        expect(entered.filter((name) => !allowed.has(name))).toEqual([]);
      }),
    );
  });

  it('with fallback_quiescent has every fallback in the table, whatever serves', () => {
    fc.assert(
      fc.property(...world, (virtuals, verdictOf, observed, quorumOf) => {
        const present = new Set(endpointsOf(desire(virtuals, verdictOf, observed, { quorumOf })));
        for (const virtual of virtuals.filter(({ fallbackQuiescent }) => fallbackQuiescent)) {
          const reals = new Set(virtual.reals.map((real) => endpointIn(virtual, real)));
          // One that is checked and also a real server is in as that.
          const waiting = virtual.fallbacks
            .filter((tier) => !tier.checked || !reals.has(endpointIn(virtual, tier)))
            .map((tier) => endpointIn(virtual, tier));
          expect(waiting.filter((name) => !present.has(name))).toEqual([]);
        }
      }),
    );
  });

  it('serves by servers, one tier, or nobody: a service is empty only where none of them can serve', () => {
    fc.assert(
      fc.property(...world, (virtuals, verdictOf, observed, quorumOf) => {
        const services = desireServices(virtuals, verdictOf, observed, { quorumOf });
        for (const [index, { servedBy, tier, entry, withheld }] of services.entries()) {
          const virtual = virtuals[index] ?? expect.fail('desireServices lost a service');
          const up = virtual.reals.some((real) =>
            ['up', 'held'].includes(verdictFor(virtual, real, verdictOf)),
          );
          const tiers = virtual.fallbacks.filter((each) => tierIsUp(virtual, each, verdictOf));
          const usable = entry.destinations.some(({ weight }) => weight > 0);
          const quorum = virtual.quorum === undefined ? 'held' : quorumOf(formatServiceId(virtual.id));
          if (up && quorum === 'held') expect(servedBy).toBe('reals');
          if (up || tiers.length > 0) expect(servedBy).not.toBe('nobody');
          if (tiers.length > 0 && quorum === 'lost' && up)
            expect([servedBy, withheld]).toEqual(['fallback', true]);
          if (servedBy === 'reals') expect(up || usable).toBe(true);
          if (servedBy === 'nobody') expect(usable).toBe(false);
          expect(tier !== undefined).toBe(servedBy === 'fallback');
          expect(tier === undefined && withheld).toBe(false);
        }
      }),
    );
  });

  it('puts in one tier alone, the first that is up, or that the table serves and nobody has judged', () => {
    fc.assert(
      fc.property(...world, (virtuals, verdictOf, observed, quorumOf) => {
        const held = new Set(endpointsOf(observed));
        const services = desireServices(virtuals, verdictOf, observed, { quorumOf });
        for (const [index, { tier, entry }] of services.entries()) {
          const virtual = virtuals[index] ?? expect.fail('desireServices lost a service');
          if (tier === undefined) continue;
          const chosen = virtual.fallbacks[tier] ?? expect.fail('no such tier');
          const serving = entry.destinations.filter(({ weight }) => weight > 0);
          expect(endpointsOf([{ ...entry, destinations: serving }])).toEqual([endpointIn(virtual, chosen)]);
          const before = virtual.fallbacks.slice(0, tier);
          expect(before.some((each) => tierIsUp(virtual, each, verdictOf))).toBe(false);
          const isUp = tierIsUp(virtual, chosen, verdictOf);
          expect(isUp || held.has(endpointIn(virtual, chosen))).toBe(true);
        }
      }),
    );
  });

  it('is settled after one pass: the table it asked for asks for nothing more', () => {
    fc.assert(
      fc.property(...world, (virtuals, verdictOf, observed, quorumOf) => {
        const desired = desire(virtuals, verdictOf, observed, { quorumOf });
        const again = desire(virtuals, verdictOf, desired, { quorumOf });
        expect(diff(desired, again, { owned: new Set(), foreign: 'keep' })).toEqual([]);
      }),
    );
  });

  it('is canonical', () => {
    fc.assert(
      fc.property(...world, (virtuals, verdictOf, observed, quorumOf) => {
        const desired = desire(virtuals, verdictOf, observed, { quorumOf });
        expect(canonicalTable(desired)).toEqual(desired);
      }),
    );
  });
});

const endpointsOf = (table: Table) =>
  table.flatMap(({ service, destinations }) =>
    destinations.map((server) => `${formatServiceId(service.id)} ${formatEndpoint(server)}`),
  );

const endpointIn = ({ id }: VirtualConfig, server: Destination): string =>
  `${formatServiceId(id)} ${formatEndpoint(canonicalDestination(id, server))}`;

/** One that is also a real server is as good as that server. */
function tierIsUp(virtual: VirtualConfig, tier: FallbackConfig, verdictOf: VerdictOf): boolean {
  const real = virtual.reals.findLast((each) => endpointIn(virtual, each) === endpointIn(virtual, tier));
  if (real === undefined && !tier.checked) return true;
  const name = realName(virtual.id, real ?? tier);
  const told = verdictOf(formatServiceId(virtual.id), name);
  const verdict = real === undefined ? told : withoutCheck(virtual.checktype.kind, told);
  return verdict === 'up' || (verdict === 'unverified' && !tier.checked);
}

function verdictFor(
  { id, checktype }: VirtualConfig,
  real: VirtualConfig['reals'][number],
  verdictOf: (service: string, real: string) => Verdict,
): Verdict {
  const verdict = verdictOf(formatServiceId(id), formatEndpoint(real));
  if (checktype.kind === 'on' && verdict === 'unverified') return 'up';
  return checktype.kind === 'off' && verdict === 'up' ? 'unverified' : verdict;
}

const verifiedOf = (virtual: VirtualConfig, verdictOf: (service: string, real: string) => Verdict) =>
  virtual.reals
    .filter((real) => verdictFor(virtual, real, verdictOf) !== 'unverified')
    .map(
      (real) => `${formatServiceId(virtual.id)} ${formatEndpoint(canonicalDestination(virtual.id, real))}`,
    );
