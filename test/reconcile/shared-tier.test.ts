// Tiers of the fallback that are also real servers: of every combination of verdicts, quorum, quiescent, checks and
// places the first tier that is up serves (docs/config.md "Fallback"), from any table, and what status says of a tier
// is what decides.
import { describe, expect, it } from 'vitest';
import type { ServiceId, Table } from '../../src/model/ipvs.ts';
import type { QuorumView, Verdict } from '../../src/model/verdict.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { ip } from '../../src/net/ip.ts';
import { desireServices } from '../../src/reconcile/desire.ts';
import { realOf, tierOf, virtualOf } from '../make/arbitrary-table.ts';

const id: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const [a, b, sorry, other] = ['192.168.6.2', '192.168.6.3', '192.168.6.8', '192.168.6.9'] as const;
const verdicts = ['up', 'down', 'held', 'unverified'] as const;
const places = [a, sorry, other] as const;

type Case = {
  readonly of: Readonly<Record<string, Verdict>>;
  readonly quorum: QuorumView;
  readonly quiescent: boolean;
  /** In order; the last is not checked unless it says so. */
  readonly tiers: readonly { readonly place: string; readonly checked: boolean }[];
};

function* cases(): Generator<Case> {
  for (const first of places)
    for (const last of [a, sorry] as const)
      for (const [one, two] of [
        [true, false],
        [true, true],
        [false, false],
      ] as const)
        for (const ofA of verdicts)
          for (const ofB of ['up', 'down'] as const)
            for (const ofOther of ['up', 'down'] as const)
              for (const quorum of ['held', 'lost'] as const)
                for (const quiescent of [false, true])
                  if (first !== last)
                    yield {
                      of: { [a]: ofA, [b]: ofB, [other]: ofOther, [sorry]: 'up' },
                      ...{ quorum, quiescent },
                      tiers: [
                        { place: first, checked: one },
                        { place: last, checked: two },
                      ],
                    };
}

/** @param tierPort behind gate, and so the same place whatever it is. */
function decided({ of, quorum, quiescent, tiers }: Case, table: Table, tierPort = 80) {
  const virtual = virtualOf(id, {
    reals: [realOf(a, 80, { weight: 5 }), realOf(b, 80, { weight: 5 })],
    fallbacks: tiers.map(({ place, checked }) => tierOf(place, tierPort, { checked })),
    quorum: { quorum: 10, hysteresis: 0 },
    quiescent,
  });
  // Of another port a check may say anything; the server's own counts.
  const verdictOf = (_: string, real: string): Verdict =>
    of[real.replace(/:80$/, '')] ??
    (real.startsWith(`${a}:`) ? 'up' : (of[real.replace(/:\d+$/, '')] ?? 'unverified'));
  return desireServices([virtual], verdictOf, table, { quorumOf: () => quorum })[0] ?? expect.fail('nothing');
}

/** Whom the rules in words name; undefined where a server without a verdict leaves it to the table. */
function expected({ of, quorum, tiers }: Case): readonly string[] | undefined {
  if (of[a] === 'unverified') return undefined;
  const up = [a, b].filter((place) => of[place] === 'up');
  const spare = [a, b].filter((place) => of[place] === 'held');
  const able = up.length > 0 ? up : spare;
  if (able.length > 0 && quorum === 'held') return able;
  const isKnown = ({ place, checked }: Case['tiers'][number]) => checked || place === a;
  const tier = tiers.find((each) => !isKnown(each) || of[each.place] === 'up');
  return tier === undefined ? able : [tier.place];
}

const servingIn = ({ entry }: ReturnType<typeof decided>) =>
  entry.destinations
    .filter(({ weight }) => weight > 0)
    .map((each) => formatEndpoint(each).replace(/:80$/, ''))
    .sort();

describe('tiers that are also real servers', () => {
  const all = [...cases()];

  it(`serve where they are the first that is up, in ${all.length} cases`, () => {
    for (const each of all) {
      const wanted = expected(each);
      if (wanted !== undefined)
        expect([each, servingIn(decided(each, []))]).toEqual([each, [...wanted].sort()]);
    }
  });

  it('are chosen whatever the table held before, once all have a verdict', () => {
    const tables = all.filter((_, index) => index % 7 === 0).map((each) => [decided(each, []).entry]);
    for (const each of all.filter((_, index) => index % 5 === 0)) {
      const wanted = expected(each);
      if (wanted === undefined) continue;
      for (const table of tables)
        expect([each, servingIn(decided(each, table))]).toEqual([each, [...wanted].sort()]);
    }
  });

  it('never serve while the server in their place is known to be down', () => {
    for (const each of all) {
      if (each.of[a] === 'down') expect([each, servingIn(decided(each, []))]).not.toEqual([each, [a]]);
    }
  });

  it('ask for nothing more once the table is as they ask, by whatever port they are named', () => {
    for (const each of all) {
      for (const port of [80, 8080]) {
        for (const quorum of [each.quorum, 'open'] as const) {
          const first = decided({ ...each, quorum }, [], port);
          expect([each, quorum, decided({ ...each, quorum }, [first.entry], port).entry]).toEqual([
            each,
            quorum,
            first.entry,
          ]);
        }
      }
    }
  });

  it('go by the check of the server in their place, where theirs asks another port', () => {
    for (const each of all) expect(servingIn(decided(each, [], 8080))).toEqual(servingIn(decided(each, [])));
  });
});
