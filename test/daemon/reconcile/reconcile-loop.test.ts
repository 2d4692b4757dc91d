import { describe, expect, it } from 'vitest';
import type { RunFallbackCommand } from '../../../src/daemon/commands/fallback-commands.ts';
import { formatServiceId } from '../../../src/model/ipvs.ts';
import type { QuorumView } from '../../../src/model/verdict.ts';
import { tierOf, virtualOf } from '../../make/arbitrary-table.ts';
import { createModelKernel } from '../../make/model-kernel.ts';
import { realNamed } from '../../make/names.ts';
import {
  busy,
  drop,
  ipvs,
  name,
  one,
  otherVip,
  setUp,
  sorry,
  stranger,
  strangersVip,
  tableWith,
  two,
  vip,
  web,
} from './reconcile-rig.ts';

describe('the reconcile loop', () => {
  it('adopts an equal table with zero operations, and counters live on', async () => {
    const { loop, clock, kernel, events, judge } = setUp(tableWith(web));
    kernel.connect(name, '192.168.6.2:80', 7);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    judge('up', one, two);
    await clock.advance(20_000);
    expect(kernel.calls.batches).toEqual([]);
    expect(events).toEqual([{ event: 'ipvs.adopted', services: 1, destinations: 2, operations: 0 }]);
    const counted = loop.status().observed[0]?.destinations.find(({ weight }) => weight === 5);
    expect(counted?.counters.connections).toBe(7);
  });

  it('enters no server before its first success', async () => {
    const { loop, clock, judge, servers, told } = setUp();
    void loop.configure([web], ipvs);
    await clock.advance(10_000);
    expect(servers()).toEqual([]);
    judge('up', two);
    await clock.advance(0);
    expect(servers()).toEqual(['192.168.6.3:80 3']);
    expect(told()).toEqual(['ipvs.applied', 'ipvs.applied']);
  });

  it('resolves configure when a pass with it has ended', async () => {
    const { loop, clock, kernel, judge, servers } = setUp();
    judge('up', one, two);
    let ended = false;
    const configured = loop.configure([web], ipvs).then(() => {
      ended = true;
    });
    expect(ended).toBe(false);
    await clock.advance(0);
    await configured;
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
    expect(kernel.calls.observe).toBe(1);
  });

  it('makes one pass of many requests', async () => {
    const { loop, clock, kernel, judge } = setUp();
    void loop.configure([web], ipvs);
    await clock.advance(0);
    for (let round = 0; round < 50; round++) judge(round % 2 ? 'up' : 'down', one, two);
    await clock.advance(1);
    expect(kernel.calls.observe).toBe(2);
    expect(kernel.calls.batches).toHaveLength(2);
  });

  it('makes one more pass of what is requested during a pass, however long that takes', async () => {
    const kernel = createModelKernel();
    let release = () => {};
    const slow = new Promise<void>((resolve) => {
      release = resolve;
    });
    const observe = () => slow.then(kernel.observe);
    const { loop, clock } = setUp([], { kernel: { ...kernel, observe } });
    void loop.configure([web], ipvs);
    for (let round = 0; round < 20; round++) {
      loop.request();
      await clock.advance(1);
    }
    release();
    await clock.advance(1);
    expect(kernel.calls.observe).toBe(2);
  });

  it('reads the table every resync interval and repairs drift, told as such', async () => {
    const { loop, clock, kernel, events, judge, told, servers } = setUp();
    judge('up', one, two);
    void loop.configure([web], ipvs);
    await clock.advance(1000);
    told();
    kernel.flush();
    await clock.advance(5000);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
    expect(events[0]).toMatchObject({ event: 'ipvs.drift', operations: 3 });
    expect(told()).toEqual(['ipvs.drift', 'ipvs.applied']);
    expect(loop.status().driftRepairs).toBe(1);
  });

  it('tells drift from its own changes in one pass', async () => {
    const { loop, clock, kernel, events, judge, told, servers } = setUp();
    judge('up', one, two);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    told();
    const [held] = tableWith({ ...web, reals: [one] }).flatMap(({ destinations }) => destinations);
    if (held === undefined) throw new Error('no server in the table');
    kernel.meddle({
      type: 'editDestination',
      service: vip,
      destination: { ...held, weight: 9 },
      before: held,
    });
    judge('down', two);
    await clock.advance(0);
    expect(events[0]).toMatchObject({
      event: 'ipvs.drift',
      changes: ['-e -t 192.168.6.240:80 -r 192.168.6.2:80 -g -w 5 (was -g -w 9)'],
    });
    expect(events[1]).toMatchObject({ event: 'ipvs.applied', edits: 1, deletes: 1 });
    expect(servers()).toEqual(['192.168.6.2:80 5']);
  });

  it('calls no change of its own drift', async () => {
    const { loop, clock, judge, told } = setUp(tableWith(web));
    void loop.configure([sorry], ipvs);
    await clock.advance(0);
    judge('down', one, two);
    await clock.advance(5000);
    judge('up', one);
    await clock.advance(5000);
    void loop.configure([{ ...sorry, scheduler: 'rr' }], ipvs);
    await clock.advance(5000);
    void loop.configure([], ipvs);
    await clock.advance(5000);
    expect(told()).not.toContain('ipvs.drift');
  });

  it('deletes what a reload no longer names, and what the previous run left behind, and nothing else', async () => {
    const second = virtualOf(otherVip, { reals: [one] });
    const { loop, clock, judge, servers, kernel } = setUp([...tableWith(second), ...stranger]);
    judge('up', one, two);
    void loop.configure([web], ipvs, [formatServiceId(otherVip)]);
    expect(loop.ownedServices()).toEqual([name, formatServiceId(otherVip)]);
    await clock.advance(0);
    expect(servers(formatServiceId(otherVip))).toEqual([]);
    expect(loop.ownedServices()).toEqual([name]);
    void loop.configure([], ipvs);
    await clock.advance(0);
    expect(kernel.table().map(({ service }) => formatServiceId(service.id))).toEqual([
      formatServiceId(strangersVip),
    ]);
    expect(loop.ownedServices()).toEqual([]);
  });

  it('reports services of others once, and leaves them alone', async () => {
    const { loop, clock, kernel, events } = setUp(stranger);
    void loop.configure([web], ipvs);
    await clock.advance(20_000);
    const foreign = events.filter(({ event }) => event === 'ipvs.foreign');
    expect(foreign).toEqual([{ event: 'ipvs.foreign', services: [formatServiceId(strangersVip)] }]);
    expect(kernel.table()).toHaveLength(2);
    expect(loop.status().foreign).toEqual([formatServiceId(strangersVip)]);
  });

  it('removes services of others where the configuration says so', async () => {
    const { loop, clock, servers } = setUp(stranger);
    void loop.configure([web], { ...ipvs, foreign: 'remove' });
    await clock.advance(0);
    expect(servers(formatServiceId(strangersVip))).toEqual([]);
  });

  it('tells the owner of the state file before it sends anything', async () => {
    const owned: (readonly string[])[] = [];
    const { loop, kernel, clock } = setUp([], { onOwnedChanged: (names) => owned.push(names) });
    void loop.configure([web], ipvs);
    expect(owned).toEqual([[name]]);
    expect(kernel.calls.batches).toEqual([]);
    await clock.advance(0);
    expect(owned).toHaveLength(1);
  });

  it('never touches IPVS where nothing of it is configured', async () => {
    const { loop, clock, kernel } = setUp();
    kernel.breakWith(busy);
    await Promise.all([loop.configure([], ipvs), clock.advance(60_000)]);
    await loop.refresh();
    expect(await loop.plan()).toEqual({
      ok: true,
      value: { lines: [], counts: { adds: 0, edits: 0, deletes: 0 } },
    });
    expect(kernel.calls.observe).toBe(0);
    expect(loop.status().available).toBeUndefined();
  });

  it('knows which adopted servers serve, by the names of the configuration', async () => {
    const portless = { ...web, reals: [{ ...one, port: 0 }, two] };
    const { loop, clock } = setUp(tableWith({ ...web, reals: [one, { ...two, weight: 0 }] }));
    void loop.configure([portless], ipvs);
    await clock.advance(0);
    const serves = loop.serving();
    expect(['192.168.6.2:80', '192.168.6.3:80'].map((real) => serves(name, realNamed(real)))).toEqual([
      true,
      false,
    ]);
  });
});

describe('a kernel without IPVS', () => {
  it('is told once, asked again later and later, and told when it is back', async () => {
    const { loop, clock, kernel, events, judge, servers } = setUp();
    kernel.breakWith({ code: 'EPERM', message: 'Operation not permitted' });
    judge('up', one);
    const configured = loop.configure([web], ipvs);
    await clock.advance(0);
    await configured;
    expect(loop.status()).toMatchObject({ available: false, reason: 'Operation not permitted (EPERM)' });
    await clock.advance(120_000);
    expect(events).toEqual([
      { event: 'ipvs.unavailable', reason: 'Operation not permitted (EPERM)', retry_s: 1 },
    ]);
    expect(kernel.calls.observe).toBeGreaterThan(5);
    expect(kernel.calls.observe).toBeLessThan(12);
    expect(clock.nextInMs()).toBeLessThanOrEqual(30_000);
    kernel.breakWith(undefined);
    await clock.advance(30_000);
    expect(servers()).toEqual(['192.168.6.2:80 5']);
    expect(events.map(({ event }) => event)).toEqual(['ipvs.unavailable', 'ipvs.available', 'ipvs.applied']);
  });
});

describe('who serves', () => {
  it('tells fallback in and out, and a service that nobody serves', async () => {
    const { loop, clock, judge, events, told } = setUp(tableWith(web));
    void loop.configure([sorry], ipvs);
    await clock.advance(0);
    judge('down', one, two);
    await clock.advance(0);
    expect(events[1]).toEqual({
      event: 'service.fallback_on',
      ...{ service: name, fallback: '127.0.0.1:80', tier: 1, tiers: 1, reason: 'no_server' },
    });
    expect(told()).toEqual(['ipvs.adopted', 'service.fallback_on', 'ipvs.applied']);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    expect(told()).toEqual(['service.fallback_off', 'service.empty', 'ipvs.applied']);
    await clock.advance(60_000);
    judge('up', two);
    await clock.advance(0);
    expect(told()).toEqual(['ipvs.applied']);
  });

  it('calls a service empty only when every server has its verdict', async () => {
    const { loop, clock, judge, told } = setUp();
    void loop.configure([web], ipvs);
    await clock.advance(0);
    judge('down', one);
    await clock.advance(0);
    expect(told()).toEqual(['ipvs.applied']);
    judge('down', two);
    await clock.advance(0);
    expect(told()).toEqual(['service.empty']);
  });

  it('tells which tier serves and why, and what takes its place', async () => {
    const tiers = [tierOf('10.0.0.8', 80, { checked: true }), tierOf('127.0.0.1', 80)];
    let quorum: QuorumView = 'lost';
    const { loop, clock, judge, events } = setUp([], { quorumOf: () => quorum });
    const limits = { quorum: 2, hysteresis: 0 };
    void loop.configure([{ ...web, fallbacks: tiers, quorum: limits }], ipvs);
    await clock.advance(0);
    judge('up', one, ...tiers.slice(0, 1));
    await clock.advance(0);
    judge('down', ...tiers.slice(0, 1));
    await clock.advance(0);
    expect(loop.status().services.get(name)).toMatchObject({ servedBy: 'fallback', tier: 1, withheld: true });
    quorum = 'held';
    loop.request();
    await clock.advance(0);
    const story = events.filter(({ event }) => event.startsWith('service.fallback'));
    const on = (fallback: string, tier: number, reason: string) => ({
      ...{ event: 'service.fallback_on', service: name, fallback, tier, tiers: 2, reason },
    });
    const off = (fallback: string, instead: string) => ({
      ...{ event: 'service.fallback_off', service: name, fallback, instead },
    });
    expect(story).toEqual([
      on('127.0.0.1:80', 2, 'no_server'),
      off('127.0.0.1:80', '10.0.0.8:80'),
      on('10.0.0.8:80', 1, 'no_quorum'),
      off('10.0.0.8:80', '127.0.0.1:80'),
      on('127.0.0.1:80', 2, 'no_quorum'),
      off('127.0.0.1:80', 'real servers'),
    ]);
    quorum = 'lost';
    const plan = await loop.plan();
    expect(plan.ok && plan.value.fallbacks).toEqual([
      { service: name, fallback: '127.0.0.1:80', tier: 2, tiers: 2, reason: 'no_quorum' },
    ]);
  });

  it('runs fallbackcommand start when the last server is out and stop when one is back, each once', async () => {
    const ran: string[] = [];
    const runFallbackCommand: RunFallbackCommand = (id, action, line) =>
      void ran.push(`${line} ${action} ${formatServiceId(id)}`);
    const { loop, clock, judge } = setUp([], { runFallbackCommand });
    void loop.configure([{ ...sorry, fallbackcommand: '/bin/page' }], ipvs);
    await clock.advance(0);
    judge('down', one);
    await clock.advance(0);
    expect(ran).toEqual([]);
    judge('down', two);
    await clock.advance(20_000);
    judge('up', one);
    await clock.advance(20_000);
    expect(ran).toEqual([`/bin/page start ${name}`, `/bin/page stop ${name}`]);
  });
});

describe('plan and stop', () => {
  it('plans without changing anything', async () => {
    const { loop, clock, kernel, judge } = setUp();
    judge('up', one, two);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    kernel.meddle(...drop(tableWith(web)));
    const plan = await loop.plan();
    expect(plan).toMatchObject({ ok: true, value: { counts: { adds: 3, edits: 0, deletes: 0 } } });
    expect(kernel.table()).toEqual([]);
  });

  it('refreshes counters for status without changing anything', async () => {
    const { loop, clock, kernel, judge } = setUp();
    judge('up', one);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    kernel.connect(name, '192.168.6.2:80', 3);
    await loop.refresh();
    expect(loop.status().observed[0]?.destinations[0]?.counters.connections).toBe(3);
    expect(kernel.calls.batches).toHaveLength(1);
  });

  it('clean: deletes the services with cleanstop in one batch, and no others', async () => {
    const kept = virtualOf(otherVip, { reals: [one], cleanstop: false });
    const { loop, clock, kernel, judge } = setUp(stranger);
    judge('up', one, two);
    void loop.configure([web, kept], ipvs);
    await clock.advance(0);
    const before = kernel.calls.batches.length;
    await loop.stop({ clean: true });
    expect(kernel.calls.batches.slice(before)).toHaveLength(1);
    const left = kernel.table().map(({ service }) => formatServiceId(service.id));
    expect(left.sort()).toEqual([formatServiceId(otherVip), formatServiceId(strangersVip)]);
    expect(loop.ownedServices()).toEqual([formatServiceId(otherVip)]);
  });

  it('not clean: leaves the table as it is, and does nothing afterwards', async () => {
    const { loop, clock, kernel, judge } = setUp();
    judge('up', one, two);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    await loop.stop({ clean: false });
    judge('down', one, two);
    await loop.configure([], ipvs);
    await clock.advance(60_000);
    expect(kernel.table()).toHaveLength(1);
    expect(kernel.calls.batches).toHaveLength(1);
    expect(clock.nextInMs()).toBeUndefined();
  });
});
