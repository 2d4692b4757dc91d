import { describe, expect, it } from 'vitest';
import { parseLeavingState } from '../../../src/daemon/reconcile/leaving-servers.ts';
import {
  createReconcileLoop,
  type ReconcileLoopOptions,
} from '../../../src/daemon/reconcile/reconcile-loop.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { IpvsConfig } from '../../../src/model/config/ipvs.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { formatServiceId, type ServiceId } from '../../../src/model/ipvs.ts';
import { formatEndpoint } from '../../../src/net/endpoint.ts';
import { ip } from '../../../src/net/ip.ts';
import { desire } from '../../../src/reconcile/desire.ts';
import { type Drain, type LeavingState, nobodyLeaves } from '../../../src/reconcile/leaving.ts';
import { realOf, virtualOf } from '../../make/arbitrary-table.ts';
import { createModelKernel, type ModelKernel } from '../../make/model-kernel.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const service = formatServiceId(vip);
const one = realOf('192.168.6.2', 80, { weight: 5 });
const two = realOf('192.168.6.3', 80, { weight: 3 });
const leaver = '192.168.6.3:80';
const both = virtualOf(vip, { reals: [one, two], drainTimeoutMs: 30_000 });
const first = { ...both, reals: [one] };
const ipvs: IpvsConfig = { resyncIntervalMs: 5000, foreign: 'keep' };

const daemonOn = (kernel: ModelKernel, clock = createVirtualTime()) => {
  const run = (options: Partial<ReconcileLoopOptions> = {}) => {
    const events: JournalEvent[] = [];
    const kept: LeavingState[] = [];
    const loop = createReconcileLoop({
      ...{ kernel, clock, verdictOf: () => 'up', journal: (event) => void events.push(event) },
      onLeavingChanged: (state) => kept.push(state),
      ...options,
    });
    const configure = async (...virtuals: VirtualConfig[]) => {
      void loop.configure(virtuals, ipvs);
      await clock.advance(0);
    };
    const drained = () => events.splice(0).filter(({ event }) => event === 'real.drained');
    return { loop, configure, drained, kept: () => kept.at(-1) ?? nobodyLeaves, events };
  };
  const servers = () =>
    kernel
      .table()
      .flatMap(({ destinations }) =>
        destinations.map((server) => `${formatEndpoint(server)} ${server.weight}`),
      )
      .sort();
  return { clock, run, servers };
};

/** Both serve, the second with a connection; then the configuration is another one. */
async function dropped(...next: VirtualConfig[]) {
  const kernel = createModelKernel();
  const world = daemonOn(kernel);
  const daemon = world.run();
  await daemon.configure(both);
  kernel.hold(service, leaver, { activeConnections: 1 });
  await daemon.configure(...next);
  return { ...world, ...daemon, kernel };
}

describe('a server that a reload drops', () => {
  it('is looked at every second, and goes within one of its last connection, told of', async () => {
    const { clock, servers, kernel, drained } = await dropped(first);
    await clock.advance(10_000);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 0']);
    expect(kernel.calls.observe).toBeGreaterThan(10);
    expect(drained()).toEqual([]);
    kernel.hold(service, leaver, { activeConnections: 0 });
    await clock.advance(1000);
    expect(servers()).toEqual(['192.168.6.2:80 5']);
    const [event] = drained();
    expect(event).toMatchObject({ service, real: leaver, by: 'configuration', active: 0, inactive: 0 });
    expect(event).toHaveProperty('took_s', 11);
  });
  it('goes when its time is up, exactly, with what was left', async () => {
    const { clock, servers, kernel, drained } = await dropped(first);
    kernel.hold(service, leaver, { activeConnections: 4, inactiveConnections: 2, persistentClients: 1 });
    await clock.advance(29_900);
    expect(servers()).toHaveLength(2);
    await clock.advance(100);
    expect(servers()).toHaveLength(1);
    expect(drained()).toMatchObject([{ took_s: 30, active: 4, inactive: 2, persistent: 1 }]);
  });
  it('is looked at no more often than resync_interval once it is gone', async () => {
    const { clock, kernel } = await dropped(first);
    await clock.advance(31_000);
    const before = kernel.calls.observe;
    await clock.advance(20_000);
    expect(kernel.calls.observe - before).toBeLessThanOrEqual(4);
  });
  it('is looked at less often where a look takes long', async () => {
    const kernel = createModelKernel();
    const { clock, run } = daemonOn(kernel);
    const observe = () =>
      new Promise<void>((resolve) => clock.after(200, resolve)).then(() => kernel.observe());
    const { loop } = run({ kernel: { ...kernel, observe } });
    for (const virtual of [both, first]) {
      void loop.configure([virtual], ipvs);
      await clock.advance(1000);
      kernel.hold(service, leaver, { activeConnections: 1 });
    }
    const before = kernel.calls.observe;
    await clock.advance(21_000);
    expect(kernel.calls.observe - before).toBe(5);
  });
  it('gets its weight back in one operation when it is configured again, and nothing is told', async () => {
    const { clock, servers, kernel, configure, drained } = await dropped(first);
    await clock.advance(5000);
    kernel.calls.batches.length = 0;
    await configure(both);
    expect(kernel.calls.batches.flat()).toMatchObject([
      { type: 'editDestination', destination: { weight: 3 } },
    ]);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
    await clock.advance(60_000);
    expect(drained()).toEqual([]);
  });
  it('stays away when somebody clears the table', async () => {
    const { clock, servers, kernel, events } = await dropped(first);
    kernel.flush();
    await clock.advance(1000);
    expect(servers()).toEqual(['192.168.6.2:80 5']);
    expect(events.filter(({ event }) => event === 'real.drained')).toEqual([]);
  });
  it('is brought back to weight 0 when somebody else gives it another', async () => {
    const { clock, servers, kernel, events } = await dropped(first);
    const [entry] = kernel.table();
    const before = entry?.destinations.find(({ address }) => address === two.address) ?? expect.fail('gone');
    kernel.meddle({ type: 'editDestination', service: vip, destination: { ...before, weight: 9 }, before });
    await clock.advance(1000);
    expect(servers()).toContain('192.168.6.3:80 0');
    expect(events.map(({ event }) => event)).toContain('ipvs.drift');
  });
  it('goes on leaving after a restart, its time counted from the beginning', async () => {
    const { clock, servers, kept, run, loop } = await dropped(first);
    await clock.advance(20_000);
    await loop.stop({ clean: false });
    const again = run({ leavingBefore: parseLeavingState(JSON.parse(JSON.stringify(kept()))) });
    await again.configure(first);
    await clock.advance(9900);
    expect(servers()).toHaveLength(2);
    await clock.advance(100);
    expect(servers()).toHaveLength(1);
    expect(again.drained()).toMatchObject([{ took_s: 30 }]);
  });
  it('leaves slowly too where it was dropped while no daemon ran', async () => {
    const { kernel, loop, run, servers } = await dropped(both);
    await loop.stop({ clean: false });
    kernel.hold(service, leaver, { activeConnections: 1 });
    await run().configure(first);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 0']);
  });
  it('is told of once, though the kernel will not let it go', async () => {
    const { clock, kernel, drained } = await dropped(first);
    kernel.breakWith({ code: 'EBUSY', message: 'busy' }, ({ type }) => type === 'deleteDestination');
    await clock.advance(90_000);
    expect(drained()).toHaveLength(1);
  });
  it('shows while it leaves', async () => {
    const { loop, clock } = await dropped(first);
    expect(loop.status().leaving).toMatchObject([{ service, real: leaver, by: 'configuration' }]);
    await clock.advance(31_000);
    expect(loop.status().leaving).toEqual([]);
  });
  it('while foreignEntries in its service go at once', async () => {
    const { clock, servers, kernel } = await dropped(first);
    const stranger = { ...both, reals: [realOf('192.168.6.99', 80)] };
    const [stray] = desire([stranger], () => 'up', [])[0]?.destinations ?? [];
    if (stray !== undefined) kernel.meddle({ type: 'addDestination', service: vip, destination: stray });
    await clock.advance(1000);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 0']);
  });
});

describe('a service that a reload drops', () => {
  it('goes when its servers have', async () => {
    const { clock, servers, loop } = await dropped();
    expect(servers()).toEqual(['192.168.6.2:80 0', '192.168.6.3:80 0']);
    await clock.advance(1000);
    expect(servers()).toEqual(['192.168.6.3:80 0']);
    expect(loop.ownedServices()).toEqual([service]);
    expect(loop.leavingServices()).toEqual([service]);
    await clock.advance(29_000);
    expect(servers()).toEqual([]);
    expect(loop.ownedServices()).toEqual([]);
    expect(loop.leavingServices()).toEqual([]);
  });
  it('is none that departs once it is configured again, or while only some of its servers leave', async () => {
    const { configure, loop } = await dropped();
    expect(loop.leavingServices()).toEqual([service]);
    await configure(first);
    expect(loop.status().leaving).toHaveLength(1);
    expect(loop.leavingServices()).toEqual([]);
  });
  it('goes with a clean stop if it had cleanstop, else stays to be drained by the next run', async () => {
    const clean = await dropped();
    await clean.loop.stop({ clean: true });
    expect(clean.kernel.table()).toEqual([]);
    expect(clean.loop.leavingServices()).toEqual([]);

    const kernel = createModelKernel();
    const { run, servers, clock } = daemonOn(kernel);
    const lasting = run();
    await lasting.configure({ ...both, cleanstop: false });
    kernel.hold(service, leaver, { activeConnections: 1 });
    await lasting.configure();
    await lasting.loop.stop({ clean: true });
    expect(servers()).toHaveLength(2);
    expect(lasting.loop.leavingServices()).toEqual([service]);
    const next = run({ leavingBefore: lasting.kept() });
    void next.loop.configure([], ipvs, [service]);
    await clock.advance(5000);
    expect(servers()).toEqual(['192.168.6.3:80 0']);
    await clock.advance(25_000);
    expect(kernel.table()).toEqual([]);
  });
});

describe('a server that the operator drains', () => {
  const weigh = (_service: string, real: string, weight: number) => (real === leaver ? 0 : weight);
  const draining = async (timeoutMs: number | undefined) => {
    const kernel = createModelKernel();
    const { clock, run, servers } = daemonOn(kernel);
    let drain: Drain | undefined;
    const drainOf = (_service: string, real: string) => (real === leaver ? drain : undefined);
    const daemon = run({
      drainOf,
      weigh: (...about) => (drain === undefined ? about[2] : weigh(...about)),
    });
    await daemon.configure(both);
    kernel.hold(service, leaver, { activeConnections: 1 });
    const since = clock.now();
    drain = { since, ...(timeoutMs !== undefined && { deadline: since + timeoutMs * 1000 }) };
    daemon.loop.request();
    await clock.advance(0);
    return {
      ...{ clock, servers, kernel, ...daemon },
      enable: () => {
        drain = undefined;
        daemon.loop.request();
      },
    };
  };
  it('with a time is out when it is up, stays out, and comes back when enabled', async () => {
    const { clock, servers, drained, enable } = await draining(10_000);
    await clock.advance(9900);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 0']);
    await clock.advance(100);
    expect(servers()).toEqual(['192.168.6.2:80 5']);
    expect(drained()).toMatchObject([{ by: 'operator', took_s: 10, active: 1 }]);
    await clock.advance(60_000);
    expect(servers()).toEqual(['192.168.6.2:80 5']);
    expect(drained()).toEqual([]);
    enable();
    await clock.advance(0);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
  });
  it('without a time stays, and its last connection is told of once', async () => {
    const { clock, servers, drained, kernel } = await draining(undefined);
    await clock.advance(60_000);
    expect(drained()).toEqual([]);
    kernel.hold(service, leaver, { activeConnections: 0 });
    await clock.advance(60_000);
    expect(drained()).toMatchObject([{ by: 'operator', active: 0 }]);
    expect(servers()).toContain('192.168.6.3:80 0');
  });
});

describe('the memory of who leaves', () => {
  it('is nothing where it cannot be read', () => {
    for (const value of [undefined, null, 7, 'x', [], {}, { terms: 7, since: null }]) {
      expect(parseLeavingState(value)).toEqual(nobodyLeaves);
    }
    const odd = {
      terms: { 'fwmark 1': { timeoutMs: 'x', cleanstop: true }, 'fwmark 2': null },
      since: { 'fwmark 1 10.0.0.2:80': 'yesterday', 'fwmark 2 10.0.0.2:80': 1.5 },
    };
    expect(parseLeavingState(odd)).toEqual(nobodyLeaves);
    const nobody = { terms: { a: { timeoutMs: 1000, cleanstop: false } }, since: { 'a 10.0.0.2:80': 17 } };
    expect(parseLeavingState(nobody)).toEqual(nobodyLeaves);
  });
  it('is what was told', () => {
    const terms = { 'fwmark 1': { timeoutMs: 1000, cleanstop: false } };
    const state = { terms, since: { 'fwmark 1 10.0.0.2:80': 17 } };
    expect(parseLeavingState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });
});

describe('a plan', () => {
  it('shows what a pass would do with those who leave', async () => {
    const { loop, kernel } = await dropped(first);
    expect(await loop.plan()).toMatchObject({ ok: true, value: { lines: [] } });
    kernel.hold(service, leaver, { activeConnections: 0 });
    expect(await loop.plan()).toMatchObject({ ok: true, value: { lines: [{ sign: '-', real: leaver }] } });
  });
});
