// Each invariant beside a stream that breaks it, and the whole beside the same stream unbroken. Streams are as a run
// records them (test/lab/soak), shortened.
import { describe, expect, it } from 'vitest';
import { judge, measure } from './invariants.ts';
import type { Promised, Round, Sample, TableService } from './stream.ts';

const promised: Promised = {
  hosts: ['lvs1', 'lvs2'],
  table: [{ service: 'vip:80', servers: ['web1', 'never'] }],
  pingMs: 20,
  verdictMs: 3000,
};
const bound = { noHolderMs: 1000, twoHoldersMs: 2000, silentMs: 1000, missingMs: 0 };
const round: Round = { from: 10_000, to: 20_000, bound, settled: true };

const holder = (at: number, host: string, holds: boolean): Sample => ({ at, kind: 'holder', host, holds });
const serves = (at: number, server: string, yes: boolean): Sample => ({
  at,
  kind: 'serves',
  server,
  serves: yes,
});
const table = (at: number, host: string, services: readonly TableService[]): Sample => ({
  at,
  kind: 'table',
  host,
  services,
});
const whole: readonly TableService[] = [
  {
    service: 'vip:80',
    reals: [
      { server: 'web1', weight: 1 },
      { server: 'never', weight: 0 },
    ],
  },
];
const web1At = (weight: number): readonly TableService[] => [
  {
    service: 'vip:80',
    reals: [
      { server: 'web1', weight },
      { server: 'never', weight: 0 },
    ],
  },
];

/** One failover: lvs1 dies at 12 s, lvs2 takes over 0.9 s later, the lease of lvs1 runs out at 14 s. */
const failover: readonly Sample[] = [
  serves(0, 'web1', true),
  serves(0, 'never', false),
  holder(1000, 'lvs1', true),
  holder(12_900, 'lvs2', true),
  holder(14_000, 'lvs1', false),
];
const replies = (from: number, to: number, lost: (at: number) => boolean): readonly Sample[] => {
  const samples: Sample[] = [];
  for (let at = from; at < to; at += 20)
    if (!lost(at)) samples.push({ at, kind: 'reply', sequence: (at / 20) & 0xffff });
  return samples;
};
const answered = replies(0, 20_000, (at) => at > 12_000 && at < 12_900);
const looks = [11_000, 13_000, 15_000].flatMap((at) => [
  table(at, 'lvs1', whole),
  table(at + 1, 'lvs2', whole),
]);
const inOrder = (...lists: (readonly Sample[])[]) => lists.flat().sort((one, other) => one.at - other.at);
const judged = (samples: readonly Sample[], changed: Partial<Round> = {}) =>
  judge(inOrder(samples), { ...round, ...changed }, promised);

describe('the stream of a failover in time', () => {
  it('breaks nothing, and is measured', () => {
    const samples = inOrder(failover, answered, looks, [
      { at: 12_100, kind: 'answer', served: false },
      { at: 13_100, kind: 'answer', served: true },
    ]);
    expect(judge(samples, round, promised)).toEqual({ violations: [], excused: [] });
    expect(measure(samples, round, promised)).toEqual({
      noHolderMs: 0,
      twoHoldersMs: 1100,
      silentMs: 880,
      requests: 2,
      lost: 1,
      stalledMs: 0,
    });
  });
});

/** Each with the one invariant that it breaks. */
const broken: readonly {
  readonly what: string;
  readonly invariant: string;
  readonly samples: readonly Sample[];
  readonly round?: Partial<Round>;
}[] = [
  {
    what: 'nobody for longer than the bound',
    invariant: 'a holder within the bound',
    samples: [
      holder(1000, 'lvs1', true),
      holder(12_000, 'lvs1', false),
      holder(13_001, 'lvs2', true),
      ...answered,
    ],
  },
  {
    what: 'nobody at the end of the round',
    invariant: 'a holder within the bound',
    samples: [holder(1000, 'lvs1', true), holder(18_900, 'lvs1', false), ...answered],
  },
  {
    what: 'two for longer than the lease',
    invariant: 'never two beyond the lease',
    samples: [
      holder(1000, 'lvs1', true),
      holder(12_900, 'lvs2', true),
      holder(14_901, 'lvs1', false),
      ...answered,
    ],
  },
  {
    what: 'no answer for longer than the bound',
    invariant: 'somebody answers',
    samples: [...failover, ...replies(0, 20_000, (at) => at > 12_000 && at < 13_100)],
  },
  {
    what: 'no answer any more',
    invariant: 'somebody answers',
    samples: [...failover, ...replies(0, 18_000, () => false)],
  },
  {
    what: 'a service gone from a table',
    invariant: 'never a rule lost',
    samples: [...failover, ...answered, ...looks, table(14_000, 'lvs2', [])],
  },
  {
    what: 'a server gone from a table',
    invariant: 'never a rule lost',
    samples: [
      ...failover,
      ...answered,
      ...looks,
      table(14_000, 'lvs1', [{ service: 'vip:80', reals: [{ server: 'web1', weight: 1 }] }]),
    ],
  },
  {
    what: 'a server that never was right at a weight',
    invariant: 'never an unverified server',
    samples: [
      ...failover,
      ...answered,
      table(14_000, 'lvs1', [
        {
          service: 'vip:80',
          reals: [
            { server: 'web1', weight: 1 },
            { server: 'never', weight: 1 },
          ],
        },
      ]),
    ],
  },
  {
    what: 'a dead server that is still there after the time of a verdict',
    invariant: 'never an unverified server',
    samples: [...failover, ...answered, serves(11_000, 'web1', false), table(14_100, 'lvs1', web1At(1))],
  },
  {
    what: 'a dead server that is called up',
    invariant: 'never an unverified server',
    samples: [
      ...failover,
      ...answered,
      serves(11_000, 'web1', false),
      { at: 15_000, kind: 'verdict', host: 'lvs2', server: 'web1', up: true },
    ],
  },
  {
    what: 'a fault of the program',
    invariant: 'nothing breaks',
    samples: [
      ...failover,
      ...answered,
      { at: 15_000, kind: 'broken', host: 'lvs1', what: 'TypeError: planted' },
    ],
  },
  {
    what: 'a pair that does not come right',
    invariant: 'all is well again',
    samples: [...failover, ...answered],
    round: { settled: 'lvs1 is not ready' },
  },
];

describe('the stream of', () => {
  it.each(broken)('$what breaks: $invariant', ({ samples, invariant, round: changed = {} }) => {
    const { violations, excused } = judged(samples, changed);
    expect([...new Set(violations.map((violation) => violation.invariant))]).toEqual([invariant]);
    expect(excused).toEqual([]);
  });

  /** What looks alike and is right. */
  it.each<[string, readonly Sample[], Partial<Round>?]>([
    [
      'a partition, for which two are allowed',
      [holder(1000, 'lvs1', true), holder(12_000, 'lvs2', true), ...answered],
      { bound: { ...bound, twoHoldersMs: 9000 } },
    ],
    [
      'a dead server that is taken out in time',
      [
        ...failover,
        ...answered,
        serves(11_000, 'web1', false),
        table(13_900, 'lvs1', web1At(1)),
        table(14_100, 'lvs1', web1At(0)),
      ],
    ],
    [
      'a dead server behind a director that stands still',
      [
        ...failover,
        ...answered,
        { at: 10_500, kind: 'disturbed', host: 'lvs1', disturbed: true },
        serves(11_000, 'web1', false),
        table(16_000, 'lvs1', web1At(1)),
      ],
    ],
    [
      'a rule that a stranger took out, and is back in time',
      [...failover, ...answered, ...looks, table(14_000, 'lvs2', []), table(14_900, 'lvs2', whole)],
      { bound: { ...bound, missingMs: 1000 } },
    ],
    [
      'another round',
      [...failover, ...answered, { at: 9000, kind: 'broken', host: 'lvs1', what: 'earlier' }],
    ],
  ])('%s breaks nothing', (_, samples, changed = {}) => {
    expect(judged(samples, changed)).toEqual({ violations: [], excused: [] });
  });

  it('pings whose sequence numbers begin anew has lost only what it lost', () => {
    const wrapping: readonly Sample[] = Array.from({ length: 1000 }, (_, index) => ({
      at: index * 20,
      kind: 'reply' as const,
      sequence: (65_200 + index) & 0xffff,
    }));
    const silent = measure(inOrder(failover, wrapping), round, promised).silentMs;
    expect(silent).toBe(0);
  });
});

describe('a machine that stood still', () => {
  const stall = (from: number, to: number): Sample => ({ at: to, kind: 'stall', ms: to - from });
  const gap = [holder(1000, 'lvs1', true), holder(12_000, 'lvs1', false), holder(13_700, 'lvs2', true)];
  const found = (...samples: readonly Sample[]) => {
    const { violations, excused } = judged(samples);
    const invariants = (list: typeof violations) => [...new Set(list.map(({ invariant }) => invariant))];
    return { violations: invariants(violations), excused: invariants(excused) };
  };

  it('excuses a gap that is no longer than the bound and that time, which is told', () => {
    expect(found(...gap, ...answered, stall(12_100, 12_900))).toEqual({
      violations: [],
      excused: ['a holder within the bound'],
    });
    expect(judged([...gap, ...answered, stall(12_100, 12_900)]).excused[0]?.what).toBe(
      'nobody held the address for 1700 ms, 1000 allowed, and 800 for which the machine stood still',
    );
  });
  it('for too short a time, or at another one, excuses nothing', () => {
    const broken = { violations: ['a holder within the bound'], excused: [] };
    expect(found(...gap, ...answered, stall(12_100, 12_700))).toEqual(broken);
    expect(found(...gap, ...answered, stall(11_000, 11_900))).toEqual(broken);
    expect(found(...gap, ...answered, stall(14_000, 19_000))).toEqual(broken);
  });
  it('counts once, however many saw it', () => {
    const seen = [stall(12_100, 12_500), stall(12_150, 12_550), stall(12_200, 12_400)];
    expect(found(...gap, ...answered, ...seen).violations).toEqual(['a holder within the bound']);
    expect(measure(inOrder(gap, answered, seen), round, promised).stalledMs).toBe(450);
  });
  it('excuses two holders and a silence likewise', () => {
    const two = [holder(1000, 'lvs1', true), holder(12_000, 'lvs2', true), holder(14_500, 'lvs1', false)];
    expect(found(...two, ...answered, stall(13_000, 13_500)).excused).toEqual(['never two beyond the lease']);
    const silent = replies(0, 20_000, (at) => at > 12_000 && at < 13_500);
    expect(found(...failover, ...silent, stall(13_000, 13_600)).excused).toEqual(['somebody answers']);
  });
  it('excuses a late verdict, and no server that never was right', () => {
    const late = [serves(11_000, 'web1', false), table(14_100, 'lvs1', web1At(1))];
    expect(found(...failover, ...answered, ...late, stall(12_000, 13_000)).excused).toEqual([
      'never an unverified server',
    ]);
    const never = [
      {
        service: 'vip:80',
        reals: [
          { server: 'never', weight: 1 },
          { server: 'web1', weight: 1 },
        ],
      },
    ];
    expect(found(...failover, ...answered, table(14_000, 'lvs1', never), stall(10_100, 19_000))).toEqual({
      violations: ['never an unverified server'],
      excused: [],
    });
  });
  it('excuses no rule that is missing where none may be', () => {
    const lost = [table(14_000, 'lvs2', []), table(14_100, 'lvs2', whole)];
    expect(found(...failover, ...answered, ...looks, ...lost, stall(13_000, 15_000)).violations).toEqual([
      'never a rule lost',
    ]);
  });
});
