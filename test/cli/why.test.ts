import { describe, expect, it } from 'vitest';
import type { ServerHealth } from '../../src/daemon/health/server-health.ts';
import { createReconcileLoop } from '../../src/daemon/reconcile/reconcile-loop.ts';
import { droppedServices } from '../../src/daemon/report/service-status.ts';
import { whyOf } from '../../src/daemon/report/why.ts';
import type { VrrpInstanceStatus } from '../../src/daemon/vrrp/messages.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Drain } from '../../src/reconcile/leaving.ts';
import { formatServices } from '../../src/render/services.ts';
import { formatWhy } from '../../src/render/why.ts';
import { aCheckHealth } from '../make/a-check-health.ts';
import { aConfig } from '../make/a-config.ts';
import { aReal, aVirtual } from '../make/a-virtual.ts';
import { realOf } from '../make/arbitrary-table.ts';
import { createModelKernel } from '../make/model-kernel.ts';
import { realNamed, serviceNamed } from '../make/names.ts';
import { createVirtualTime } from '../make/virtual-time.ts';

const service = serviceNamed('tcp 192.168.6.240:80');
const [one, two] = [realOf('192.168.6.2', 80, { weight: 5 }), realOf('192.168.6.3', 80, { weight: 3 })];
const shop = aVirtual({ reals: [one, two], servicename: 'shop', drainTimeoutMs: 60_000 });
const ipvs = { resyncIntervalMs: 5000, foreign: 'keep' } as const;

const health = (changes: Partial<ServerHealth>): ServerHealth => ({
  ...{ service, real: realNamed('192.168.6.2:80'), verdict: 'up', maintenance: false },
  ...{ recent: [], checks: [aCheckHealth({ successes: 7 })] },
  ...changes,
});
const router = (clock: Clock): VrrpInstanceStatus => ({
  ...{ name: 'VI_1', interface: 'eth0', vrid: 51, phase: 'backup', priority: 90, basePriority: 100 },
  tracked: [
    { name: 'script web', state: 'down', adds: '-10' },
    { name: 'file load', state: 'up', adds: '0' },
  ],
  ...{
    sinceMs: clock.now() / 1000 - 4600,
    reason: 'higher_priority_heard',
    active: { address: '10.9.0.1', priority: 150 },
  },
  peers: [
    { address: '10.9.0.1', priority: 150, heardAgoMs: 80 },
    { address: '10.9.0.3', priority: 0, heardAgoMs: 95_000 },
  ],
  ...{ addresses: [], advertsSent: 3, advertsReceived: 90, advertsRejected: { checksum: 2 }, transitions: 4 },
});

/** Both serve, the second with two connections; then what is said of it, or the configuration is another. */
async function world(next = shop, drain?: { readonly lastsMs?: number }) {
  const clock = createVirtualTime();
  const kernel = createModelKernel();
  const drains = new Map<string, Drain>();
  const weigh = (_service: string, real: string, weight: number) => (drains.has(real) ? 0 : weight);
  const drainOf = (_service: string, real: string) => drains.get(real);
  const loop = createReconcileLoop({
    kernel,
    clock,
    journal: () => {},
    verdictOf: () => 'up',
    weigh,
    drainOf,
  });
  void loop.configure([shop], ipvs);
  await clock.advance(0);
  kernel.hold(service, '192.168.6.3:80', { activeConnections: 2, persistentClients: 1 });
  if (drain !== undefined) {
    const since = clock.now();
    const { lastsMs } = drain;
    const deadline = lastsMs === undefined ? undefined : since + lastsMs * 1000;
    drains.set('192.168.6.3:80', { since, ...(deadline !== undefined && { deadline }) });
  }
  void loop.configure([next], ipvs);
  await clock.advance(4000);
  const config = aConfig({ virtuals: [next] });
  return { clock, loop, config };
}

async function why(about: string, theirs: readonly ServerHealth[], ...how: Parameters<typeof world>) {
  const { clock, loop, config } = await world(...how);
  const parts = {
    ...{
      health: theirs,
      reconcile: loop.status(),
      vrrp: [router(clock)],
      vrrpProblems: [],
      now: clock.now(),
    },
    ...{ quorumOf: () => undefined, weightFactsOf: () => ({}) },
    explain: (_service: string, _real: string, weight: number) => [
      { origin: 'config', weight, detail: `weight ${weight}` } as const,
    ],
  };
  return formatWhy(whyOf(config, about, parts));
}

describe('why a real server', () => {
  it('is held for flapping: since when, for how long, for what', async () => {
    const flaps = { falls: 3, holdMs: 20_000, leftMs: 12_000 };
    const text = await why('192.168.6.2:80', [health({ verdict: 'held', flaps })]);
    expect(text).toContain('  verdict  held\n');
    expect(text).toContain('  flapping held for 12 s more, as it fell 3 time(s) lately\n');
  });
  it('may be held when it comes back', async () => {
    const flaps = { falls: 3, holdMs: 20_000 };
    const text = await why('192.168.6.2:80', [health({ verdict: 'down', flaps })]);
    expect(text).toContain('flapping fell 3 time(s) lately, to be held for 20 s when it comes back');
    expect(await why('192.168.6.2:80', [health({})])).not.toContain('flapping');
  });
  it('is drained by the operator, and until when', async () => {
    const timed = await why('192.168.6.3:80', [], shop, { lastsMs: 60_000 });
    expect(timed).toContain('  table    weight 0, 2 active and 0 inactive connections\n');
    expect(timed).toContain('  drained  for 4 s, 1 persistent client(s), out in 56 s at the latest\n');
    expect(await why('192.168.6.3:80', [], shop, {})).toContain(
      '  drained  for 4 s, 1 persistent client(s)\n',
    );
  });
  it('is leaving, though no configuration names it', async () => {
    const dropped = { ...shop, reals: [one] };
    for (const about of ['192.168.6.3:80', '192.168.6.3']) {
      expect(await why(about, [], dropped)).toBe(
        [
          `192.168.6.3:80 of ${service}`,
          '  leaving  for 4 s: not configured any more, 1 persistent client(s), out in 56 s at the latest',
          '  table    weight 0, 2 active and 0 inactive connections\n',
        ].join('\n'),
      );
    }
    expect(await why('192.168.6.33', [], dropped)).toBe('');
  });
  it('has its place in the table under the port that it has there', async () => {
    const text = await why('192.168.6.2:8080', [], { ...shop, reals: [{ ...one, port: 8080 }, two] });
    expect(text).toContain('  table    weight 5, 0 active');
  });
});

describe('why a service', () => {
  const theirs = [health({}), health({ real: realNamed('192.168.6.3:80'), verdict: 'held' })];
  it('is served by whom, called by each of its names', async () => {
    for (const about of [service, '192.168.6.240:80', '192.168.6.240', 'shop']) {
      const text = await why(about, theirs);
      expect(text).toContain(`${service} (shop), wrr\n  service  real servers serve\n`);
      expect(text).toContain('  verdicts 1 up, 1 held\n');
      expect(text).toMatch(/192\.168\.6\.3:80 +held +3 +2 +0/);
    }
    expect(await why('192.168.6.24', theirs)).toBe('');
  });
  it('is of a mark', async () => {
    const marked = aVirtual({ id: { kind: 'fwmark', family: 'inet', fwmark: 7 }, reals: [aReal()] });
    expect(await why('fwmark 7', [], marked)).toContain('fwmark 7, wrr\n');
  });
});

describe('why a virtual router', () => {
  it('is in its state, with what makes its priority, and whom it hears', async () => {
    for (const about of ['VI_1', '10.9.0.100']) {
      expect(await why(about, [])).toBe(
        [
          'VI_1: VRID 51 on eth0',
          '  state    backup for 5 s: a router of higher priority is active; 4 transition(s)',
          '  priority 90, of 100 configured',
          '           -10  script web: down',
          '           +0  file load: up',
          '  active   10.9.0.1, priority 150',
          '  peers    10.9.0.1, priority 150, heard 80 ms ago',
          '           10.9.0.3, priority 0, heard 1 min 35 s ago',
          '  adverts  3 sent, 90 received, rejected: checksum 2',
          '  holds    no address\n',
        ].join('\n'),
      );
    }
    expect(await why('VI_2', [])).toBe('');
  });
});

describe('status', () => {
  it('shows a service that only drains, as long as it does', async () => {
    const other = aVirtual({ id: { kind: 'fwmark', family: 'inet', fwmark: 7 } });
    const { loop, clock } = await world(other);
    const dropped = droppedServices([other], loop.status(), clock.now());
    expect(formatServices(dropped)).toMatch(/tcp 192\.168\.6\.240:80 wrr .*not configured any more/);
    expect(formatServices(dropped)).toMatch(
      /192\.168\.6\.3:80 +leaving +0 +2 +0 +not configured any more, 1 persist/,
    );
    await clock.advance(60_000);
    expect(droppedServices([other], loop.status(), clock.now())).toEqual([]);
  });
});
