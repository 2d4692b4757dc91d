import { describe, expect, it } from 'vitest';
import { formatServiceId, type Table } from '../../../src/model/ipvs.ts';
import { readTable } from '../../../src/reconcile/canonical.ts';
import { diff } from '../../../src/reconcile/diff.ts';
import { realOf, virtualOf } from '../../make/arbitrary-table.ts';
import { busy, ipvs, one, otherVip, setUp, sorry, tableWith, two, vip, web } from './reconcile-rig.ts';

describe('refused operations', () => {
  const refuseTwo = { ...web, fallbacks: sorry.fallbacks };

  it('hold back nothing else, are told with the words of the kernel, and retried with back-off', async () => {
    const { loop, clock, kernel, events, judge, servers } = setUp();
    kernel.breakWith(busy, (operation) => 'destination' in operation && operation.destination.weight === 3);
    judge('up', one, two);
    void loop.configure([refuseTwo], ipvs);
    await clock.advance(0);
    expect(servers()).toEqual(['192.168.6.2:80 5']);
    await clock.advance(6999);
    const failed = events.filter((event) => event.event === 'ipvs.failed');
    expect(failed.map(({ retry_s }) => retry_s)).toEqual([1, 2, 4]);
    expect(failed[0]).toMatchObject({
      operation: '-a -t 192.168.6.240:80 -r 192.168.6.3:80 -g -w 3',
      code: 'EBUSY',
      reason: 'Device or resource busy',
    });
    expect(loop.status().refused).toMatchObject([{ attempts: 3, code: 'EBUSY' }]);
    kernel.breakWith(undefined);
    await clock.advance(1);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
    expect(loop.status().refused).toEqual([]);
    expect(events.map(({ event }) => event)).not.toContain('ipvs.drift');
  });

  it.each([
    'addService',
    'editService',
    'deleteService',
    'addDestination',
    'editDestination',
    'deleteDestination',
  ] as const)('of kind %s hold back none of another kind, and are done when they can be', async (kind) => {
    const gone = virtualOf({ ...vip, port: 81 }, { reals: [one] });
    const three = realOf('192.168.6.4', 80);
    const before = { ...web, scheduler: 'rr', reals: [one, three] };
    const after = { ...web, reals: [{ ...one, weight: 6 }, two] };
    const { loop, clock, kernel, events, judge } = setUp(tableWith(before, gone));
    const owned = [formatServiceId(gone.id)];
    kernel.breakWith(busy, ({ type }) => type === kind);
    judge('up', one, two);
    void loop.configure([after, virtualOf(otherVip)], ipvs, owned);
    await clock.advance(0);
    const kinds = kernel.calls.batches.flat().map(({ type }) => type);
    expect(kinds.toSorted()).toEqual([
      ...['addDestination', 'addService', 'deleteDestination', 'deleteService', 'editDestination'],
      'editService',
    ]);
    expect(loop.status().refused).toMatchObject([{ code: 'EBUSY', attempts: 1 }]);
    expect(events.filter(({ event }) => event === 'ipvs.failed')).toHaveLength(1);
    const missing = diff(readTable(kernel.table()), tableWith(after, virtualOf(otherVip)), {
      owned: new Set(owned),
      foreign: 'keep',
    });
    expect(missing.map(({ type }) => type)).toEqual([kind]);
    kernel.breakWith(undefined);
    await clock.advance(1000);
    expect(readTable(kernel.table())).toEqual(tableWith(after, virtualOf(otherVip)));
  });

  it('are no refusals where somebody else was quicker: looked at again once soon, then at the usual pace', async () => {
    const { loop, clock, kernel, events, judge, servers } = setUp();
    kernel.breakWith({ code: 'ESRCH', message: 'no such service' }, ({ type }) => type === 'addDestination');
    judge('up', one, two);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    const passes: number[] = [];
    for (const ms of [0, 999, 1, 4999, 1, 4999, 1]) {
      await clock.advance(ms);
      passes.push(kernel.calls.observe);
    }
    expect(passes).toEqual([1, 1, 2, 2, 3, 3, 4]);
    expect(events.filter(({ event }) => event === 'ipvs.failed')).toEqual([]);
    expect(loop.status().refused).toEqual([]);
    kernel.breakWith(undefined);
    await clock.advance(5000);
    expect(servers()).toEqual(['192.168.6.2:80 5', '192.168.6.3:80 3']);
  });

  it('are tried again at most a minute apart', async () => {
    const { loop, clock, kernel, events, judge } = setUp();
    kernel.breakWith(busy, ({ type }) => type === 'addDestination');
    judge('up', one);
    void loop.configure([web], ipvs);
    await clock.advance(600_000);
    const waits = events.flatMap((event) => (event.event === 'ipvs.failed' ? [event.retry_s] : []));
    // At 0, 1, 3, 7, 15, 31 and 63 s, then every 60 s until 600 s, though the table is read every 5 s.
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, ...new Array<number>(9).fill(60)]);
  });

  it('of a new service hold back its servers, without a failure for each of them', async () => {
    const { loop, clock, kernel, told, judge } = setUp();
    kernel.breakWith(busy, ({ type }) => type === 'addService');
    judge('up', one, two);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    expect(told()).toEqual(['ipvs.failed']);
    loop.request();
    await clock.advance(0);
    expect(kernel.calls.batches).toHaveLength(1);
  });

  it('are tried at once after a reload', async () => {
    const { loop, clock, kernel, judge, servers } = setUp();
    kernel.breakWith(busy, ({ type }) => type === 'addDestination');
    judge('up', one);
    void loop.configure([web], ipvs);
    await clock.advance(10_000);
    kernel.breakWith(undefined);
    void loop.configure([web], ipvs);
    await clock.advance(0);
    expect(servers()).toEqual(['192.168.6.2:80 5']);
  });
});

describe('entries of a kind that nobody has a word for', () => {
  const { at: _, ...server } = { ...two, forward: 'method-4' as const };
  const table: Table = tableWith({ ...web, reals: [one] }).flatMap((entry) => [
    { ...entry, destinations: [...entry.destinations, server] },
    { service: { ...entry.service, id: { ...vip, protocol: 'protocol-50' } }, destinations: [] },
  ]);

  it('are told once and left as they are, but for one whose place the config names', async () => {
    const { loop, clock, kernel, judge, events } = setUp(table);
    judge('up', one);
    void loop.configure([{ ...web, reals: [one] }], { ...ipvs, foreign: 'remove' });
    await clock.advance(30_000);
    const entries = ['protocol-50 192.168.6.240:80', 'tcp 192.168.6.240:80 -> 192.168.6.3:80 (method-4)'];
    const told = events.filter(({ event }) => event === 'ipvs.unknown');
    expect(told).toEqual([{ event: 'ipvs.unknown', entries }]);
    expect(loop.status().unknown).toEqual(entries);
    expect(kernel.calls.batches).toEqual([]);
    judge('up', two);
    void loop.configure([web], ipvs);
    await clock.advance(5000);
    expect(kernel.calls.batches.flat()).toMatchObject([
      { type: 'editDestination', before: { forward: 'method-4' } },
    ]);
    expect(loop.status().unknown).toEqual(entries.slice(0, 1));
  });
});
