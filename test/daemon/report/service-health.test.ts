import { describe, expect, it } from 'vitest';
import { noTotals } from '../../../src/daemon/reconcile/table-totals.ts';
import { monitorFactsOf } from '../../../src/daemon/report/monitor-facts.ts';
import { livenessOf, readinessOf } from '../../../src/daemon/report/process-health.ts';
import { serviceHealthOf } from '../../../src/daemon/report/service-health.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { ip } from '../../../src/net/ip.ts';
import { aConfig } from '../../make/a-config.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { realNamed, serviceNamed } from '../../make/names.ts';

const name = serviceNamed('tcp 192.168.6.240:80');
const shop = aVirtual({
  servicename: 'shop',
  reals: [aReal(), aReal({ address: ip('192.168.6.3') })],
  fallbacks: [{ ...aReal({ address: ip('127.0.0.1') }), checked: false }],
});

type Given = Partial<{
  verdicts: readonly Verdict[];
  servedBy: 'reals' | 'fallback' | 'nobody';
  tier: number;
  withheld: boolean;
  available: boolean;
  readMsAgo: number;
  checkedMsAgo: number;
  quorum: 'held' | 'lost' | 'unknown';
  phase: 'starting' | 'ready' | 'stopping';
  heardMsAgo: number;
  routerPhase: 'backup' | 'fault';
  out: readonly string[];
}>;

const now = 1_000_000_000;

function sourcesFor(given: Given) {
  const { verdicts = ['up', 'up'], quorum, servedBy = 'reals', tier, withheld = false } = given;
  const reals = [realNamed('192.168.6.2:80'), realNamed('192.168.6.3:80')];
  const config = aConfig({ virtuals: [shop] });
  const served = { servedBy, withheld, confirmed: true, settled: true, ...(tier !== undefined && { tier }) };
  return {
    ...{ now, config, phase: given.phase ?? 'ready', configured: config.vrrp, problems: [] },
    reconcile: {
      ...{ available: given.available ?? true, reason: 'no IPVS', observed: [], desired: [], leaving: [] },
      ...{
        observedAt: now - 1000 * (given.readMsAgo ?? 100),
        foreign: [],
        unknown: [],
        driftRepairs: 0,
        totals: noTotals,
      },
      services: new Map([[name, { entry: undefined as never, ...served }]]),
      refused: [],
    },
    status: [
      {
        ...{ name: 'VI_1', interface: 'eth0', vrid: 51, phase: given.routerPhase ?? ('backup' as const) },
        ...{ priority: 100, sinceMs: 0, reason: 'track_failed', addresses: [], advertsSent: 0 },
        ...{ advertsReceived: 0, advertsRejected: {}, transitions: 0 },
      },
    ],
    lastWord: { at: now - 1000 * (given.heardMsAgo ?? 100), lastAdvertAt: new Map<string, number>() },
    verdictOf: (_: string, real: string) => verdicts[reals.map(String).indexOf(real)] ?? 'unverified',
    checkAgeOf: () => ({ ageMs: given.checkedMsAgo ?? 100, maxMs: 20_000 }),
    quorumOf: () =>
      quorum === undefined ? undefined : { state: quorum, weight: 1, quorum: 2, hysteresis: 0 },
    maintenanceOf: (_: string, real: string) => given.out?.includes(real) === true,
    weightFactsOf: () => ({}),
    pause: async () => {},
  };
}
const ask = (given: Given, about = 'shop') => serviceHealthOf(about, sourcesFor(given));

describe('a service', () => {
  it.each([
    [{}, true, 'shop: 2 of 2 server(s) up'],
    [{ verdicts: ['up', 'down'] }, true, 'shop: 1 of 2 server(s) up'],
    [{ verdicts: ['held', 'down'] }, true, 'shop: 1 of 2 server(s) up'],
    [{ verdicts: ['down', 'down'], servedBy: 'nobody' }, false, 'shop: 0 of 2 server(s) up'],
    [
      { verdicts: ['down', 'down'], servedBy: 'fallback', tier: 0 },
      false,
      'shop: fallback 127.0.0.1:80 serves: no real server is up',
    ],
    [
      { verdicts: ['up', 'down'], quorum: 'lost', servedBy: 'fallback', tier: 0, withheld: true },
      false,
      'shop: fallback 127.0.0.1:80 serves: no quorum',
    ],
    [{ quorum: 'held' }, true, 'shop: weight 1, quorum 2, hysteresis 0'],
    [{ quorum: 'lost' }, false, 'shop: weight 1, quorum 2, hysteresis 0'],
    [{ quorum: 'unknown' }, false, 'shop: not known yet: weight 1, quorum 2, hysteresis 0'],
    [{ verdicts: ['unverified', 'down'] }, false, 'shop: not known yet: 0 of 2 server(s) up'],
    [{ servedBy: 'nobody' }, false, 'shop: nobody serves yet: 2 of 2 server(s) up'],
    [{ available: false }, false, "shop: the kernel's table cannot be read: no IPVS"],
    [{ readMsAgo: 15_000 }, true, 'shop: 2 of 2 server(s) up'],
    [{ readMsAgo: 15_001 }, false, "shop: the kernel's table was read last 15.0 s ago: expected every 5.0 s"],
    [{ checkedMsAgo: 20_000 }, true, 'shop: 2 of 2 server(s) up'],
    [{ checkedMsAgo: 20_001 }, false, 'shop: no server was checked for 20.0 s: expected a check in 20.0 s'],
  ] satisfies readonly [Given, boolean, string][])('%j: %s', (given, ok, reason) => {
    expect(ask(given)).toEqual({ ok, reason });
  });

  it.each(['shop', 'tcp 192.168.6.240:80', '192.168.6.240:80', '192.168.6.240'])(
    'may be called %s',
    (about) => {
      expect(ask({}, about)?.ok).toBe(true);
    },
  );
  it('that nobody configured is unknown', () => {
    expect(ask({}, 'shop2')).toBeUndefined();
  });
});

describe('the daemon', () => {
  it.each([
    [{}, true, true],
    [{ phase: 'starting', heardMsAgo: 9999 }, true, false],
    [{ phase: 'stopping' }, true, false],
    [{ heardMsAgo: 2000 }, true, true],
    [{ heardMsAgo: 2001 }, false, false],
    [{ routerPhase: 'fault' }, true, false],
    [{ available: false }, true, false],
    [{ readMsAgo: 16_000 }, true, false],
    [{ verdicts: ['down', 'down'], servedBy: 'nobody' }, true, true],
  ] satisfies readonly [Given, boolean, boolean][])('%j lives: %s, is ready: %s', (given, live, ready) => {
    const sources = sourcesFor(given);
    expect([livenessOf(sources).ok, readinessOf(sources).ok]).toEqual([live, ready]);
  });
});

describe('what a plug-in is told', () => {
  const facts = (given: Given, about?: string) => monitorFactsOf(sourcesFor(given), about);

  it('counts servers by what they are', async () => {
    expect(await facts({ verdicts: ['up', 'down'] })).toMatchObject({
      phase: 'ready',
      routers: [{ name: 'VI_1', phase: 'backup' }],
      services: [{ name: 'shop', up: 1, down: ['192.168.6.3:80'], unverified: 0, out: 0, all: 2 }],
    });
    const out = await facts({ verdicts: ['held', 'down'], out: ['192.168.6.3:80'] });
    expect(out?.services).toMatchObject([{ up: 0, down: ['192.168.6.2:80'], out: 1 }]);
  });
  it('is about one router, service or server where it is asked so', async () => {
    expect(await facts({}, 'VI_1')).toMatchObject({ routers: [{ name: 'VI_1' }], services: [] });
    expect(await facts({}, 'shop')).toMatchObject({ routers: [], services: [{ all: 2 }] });
    expect(await facts({}, '192.168.6.3:80')).toMatchObject({ routers: [], services: [{ all: 1, up: 1 }] });
    expect(await facts({}, 'nobody')).toBeUndefined();
  });
  it('does not tell old phases for new ones', async () => {
    expect(await facts({ heardMsAgo: 9000 })).toMatchObject({
      live: { ok: false },
      routers: [{ phase: 'unknown' }],
    });
  });
});
