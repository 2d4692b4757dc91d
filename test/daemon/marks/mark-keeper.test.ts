// The tables of marks over time: made, followed, repaired, taken away; with a kernel of two maps.

import { beforeEach, describe, expect, it } from 'vitest';
import { createMarkKeeper, type MarkKeeper } from '../../../src/daemon/marks/mark-keeper.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import type { ServiceName } from '../../../src/model/ipvs.ts';
import { type Family, ip } from '../../../src/net/ip.ts';
import type { KernelError } from '../../../src/ports/kernel.ts';
import type { MarkKernel } from '../../../src/ports/marks.ts';
import type { ObservedMarks } from '../../../src/reconcile/marks.ts';
import { aVirtual } from '../../make/a-virtual.ts';
import { serviceNamed } from '../../make/names.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

const at = { file: 'x', line: 1, column: 1 };
const service = (fwmark: number, ports: readonly number[], more: Partial<VirtualConfig> = {}) =>
  aVirtual({
    id: { kind: 'fwmark', family: 'inet', fwmark },
    marks: ports.map((port) => ({ protocol: 'tcp', address: ip('10.0.0.1'), port, at })),
    ...more,
  });

let clock: VirtualTime;
let tables: Record<Family, ObservedMarks>;
let calls: string[];
let refusal: KernelError | undefined;
let events: JournalEvent[];
let leavingServices: readonly ServiceName[];
let keeper: MarkKeeper;

const kernel: MarkKernel = {
  observe: async (family) => {
    calls.push(`observe ${family}`);
    return refusal === undefined ? { ok: true, value: tables[family] } : { ok: false, error: refusal };
  },
  replace: async (family, marks) => {
    calls.push(`replace ${family} ${marks.map(({ port, mark }) => `${port}=${mark}`).join(' ')}`);
    if (refusal !== undefined) return refusal;
    tables[family] = marks.length === 0 ? 'none' : marks;
    return undefined;
  },
};

beforeEach(() => {
  clock = createVirtualTime();
  tables = { inet: 'none', inet6: 'none' };
  [calls, events, refusal, leavingServices] = [[], [], undefined, []];
  keeper = start();
});

const start = () =>
  createMarkKeeper({
    ...{ kernel, clock, leavingServices: () => leavingServices },
    journal: (event) => void events.push(event),
  });
const replaced = () => calls.filter((call) => call.startsWith('replace'));
const told = () => events.map(({ event }) => event);

describe('marks', () => {
  it('are set at the start, and not again while they stand', async () => {
    await keeper.configure([service(1, [443, 80])], 1000);
    await clock.advance(10_000);
    expect(replaced()).toEqual(['replace inet 443=1 80=1']);
    expect(events).toEqual([
      {
        event: 'marks.applied',
        family: 'inet',
        changes: ['tcp 10.0.0.1:443: not marked -> 1', 'tcp 10.0.0.1:80: not marked -> 1'],
      },
    ]);
  });

  it('follow a reload in one step, and cost nothing where nothing changes', async () => {
    await keeper.configure([service(1, [80])], 1000);
    await keeper.configure([service(1, [80], { scheduler: 'rr' })], 1000);
    await keeper.configure([service(2, [80, 443])], 1000);
    expect(replaced()).toEqual(['replace inet 80=1', 'replace inet 443=2 80=2']);
    expect(told()).toEqual(['marks.applied', 'marks.applied']);
  });

  it.each<[string, ObservedMarks]>([
    ['deleted', 'none'],
    ['damaged', 'damaged'],
    ['emptied', []],
    ['given another mark', [{ protocol: 'tcp', address: ip('10.0.0.1'), port: 80, mark: 9 }]],
  ])('that others have %s are put back within the interval, and told', async (_, table) => {
    await keeper.configure([service(1, [80])], 1000);
    tables.inet = table;
    await clock.advance(1000);
    expect(replaced()).toHaveLength(2);
    expect(told()).toEqual(['marks.applied', 'marks.drift', 'marks.applied']);
  });

  it('go with a stop, but for those of services that stay', async () => {
    await keeper.configure([service(1, [80]), service(2, [81], { cleanstop: false })], 1000);
    await keeper.stop();
    expect(tables.inet).toMatchObject([{ port: 81, mark: 2 }]);
    await clock.advance(60_000);
    expect(replaced()).toHaveLength(2);
    expect(told()).toEqual(['marks.applied', 'marks.applied']);
  });

  describe('of a service that a reload drops and that drains', () => {
    beforeEach(async () => {
      await keeper.configure([service(1, [80, 81]), service(2, [82])], 60_000);
      leavingServices = [serviceNamed('fwmark 1')];
      await keeper.configure([], 60_000);
    });
    const ports = () => (typeof tables.inet === 'string' ? tables.inet : tables.inet.map(({ port }) => port));

    it('stay until it has gone from the table, and go within a second of it', async () => {
      expect(ports()).toEqual([80, 81]);
      expect(await keeper.plan()).toEqual([]);
      await clock.advance(30_000);
      expect(ports()).toEqual([80, 81]);
      leavingServices = [];
      await clock.advance(1000);
      expect(ports()).toBe('none');
      expect(clock.nextInMs()).toBeUndefined();
    });

    it('are put back, and taken over by the next run', async () => {
      tables.inet = 'none';
      await clock.advance(1000);
      expect(ports()).toEqual([80, 81]);
      await start().configure([service(3, [83])], 60_000);
      expect(ports()).toEqual([80, 81, 83]);
    });

    it('give way to those of a service that is configured', async () => {
      await keeper.configure([service(3, [81])], 60_000);
      expect(tables.inet).toMatchObject([
        { port: 80, mark: 1 },
        { port: 81, mark: 3 },
      ]);
    });

    it('stay at a stop if it does', async () => {
      await keeper.stop();
      expect(ports()).toEqual([80, 81]);
      leavingServices = [];
      await start().configure([], 60_000);
      await clock.advance(1000);
      expect(ports()).toBe('none');
    });

    it('are none of another family', async () => {
      leavingServices = ['fwmark6 1', 'fwmark 11', 'tcp 10.0.0.1:80'].map(serviceNamed);
      await keeper.configure([], 60_000);
      expect(ports()).toBe('none');
    });
  });

  it('that a killed daemon left are taken over, or go where none is configured', async () => {
    await keeper.configure([service(1, [80])], 1000);
    calls = [];
    await start().configure([service(1, [80])], 1000);
    expect(replaced()).toEqual([]);
    await start().configure([], 1000);
    await clock.advance(1000);
    expect(tables.inet).toBe('none');
    tables.inet6 = [];
    await start().configure([], 1000);
    await clock.advance(1000);
    expect(tables.inet6).toBe('none');
  });

  it('that nobody lists are not looked after, and not looked for during a start', async () => {
    await keeper.configure([aVirtual()], 1000);
    await clock.advance(900);
    expect(calls).toEqual([]);
    await clock.advance(60_000);
    expect(calls).toEqual(['observe inet', 'observe inet6']);
    expect([keeper.status(), events]).toEqual([[], []]);
  });

  it('that the kernel refuses are told of once, and tried again later and later', async () => {
    refusal = { code: 'EPROTONOSUPPORT', message: 'no nf_tables' };
    await keeper.configure([service(1, [80])], 1000);
    await clock.advance(7_500);
    expect(events).toEqual([
      { event: 'marks.failed', family: 'inet', reason: 'no nf_tables (EPROTONOSUPPORT)', retry_s: 1 },
    ]);
    expect(calls.filter((call) => call === 'observe inet')).toHaveLength(4); // at 0, 1, 3 and 7 s
    expect(keeper.status()).toMatchObject([{ family: 'inet', reason: 'no nf_tables (EPROTONOSUPPORT)' }]);
    refusal = undefined;
    await clock.advance(8_000);
    expect(told()).toEqual(['marks.failed', 'marks.applied']);
    expect(keeper.status()).toEqual([{ family: 'inet', marks: expect.any(Array) }]);
  });

  it('that nobody lists are no matter to a kernel that knows none', async () => {
    refusal = { code: 'EPROTONOSUPPORT', message: 'no nf_tables' };
    await keeper.configure([aVirtual()], 1000);
    await clock.advance(60_000);
    expect([events, clock.nextInMs()]).toEqual([[], undefined]);
  });

  it('are planned without a change', async () => {
    await keeper.configure([service(1, [80])], 1000);
    tables.inet = 'none';
    expect(await keeper.plan()).toEqual([{ what: 'tcp 10.0.0.1:80', after: '1' }]);
    expect(replaced()).toHaveLength(1);
  });
});
