// The private services of checks in the life of a daemon: there before the first check, adopted, kept, gone with a stop; in
// no list; and no way for a check while the table has not got them.
import { describe, expect, it } from 'vitest';
import { isCheckService } from '../../../src/reconcile/check-services.ts';
import type { createModelKernel } from '../../make/model-kernel.ts';
import { realNamed } from '../../make/names.ts';
import { busy, ipvs, name, one, setUp, two, web } from './reconcile-rig.ts';

const byVip = { ...web, checkpath: 'vip', cleanstop: false } as const;
const first = realNamed('192.168.6.2:80');

type Kernel = ReturnType<typeof createModelKernel>;
const privateIn = (kernel: Kernel) => kernel.table().filter(({ service }) => isCheckService(service.id));

describe('private services of checks', () => {
  it('are there with the first pass, before any server is, and in no list', async () => {
    const { loop, clock, kernel } = setUp();
    expect(loop.checkMarkOf(name, first).ok).toBe(false);
    await Promise.all([loop.configure([byVip], ipvs), clock.advance(0)]);
    expect(privateIn(kernel).map(({ destinations }) => destinations.length)).toEqual([1, 1]);
    const mark = loop.checkMarkOf(name, first);
    expect(privateIn(kernel).map(({ service }) => service.id)).toContainEqual(
      expect.objectContaining({ fwmark: mark.ok ? mark.value : 0 }),
    );
    await loop.refresh();
    const { observed, desired, services, foreign } = loop.status();
    expect([observed.length, desired.length, services.size, foreign.length]).toEqual([1, 1, 1, 0]);
    expect(loop.ownedServices()).toHaveLength(3);
    const plan = await loop.plan();
    expect(plan.ok && plan.value.lines).toEqual([]);
  });

  it('keep their server, whatever becomes of it elsewhere, and come back when somebody takes them', async () => {
    const { loop, clock, kernel, judge } = setUp();
    judge('up', one, two);
    await Promise.all([loop.configure([byVip], ipvs), clock.advance(0)]);
    judge('down', one, two);
    await clock.advance(0);
    expect(privateIn(kernel).flatMap(({ destinations }) => destinations.map(({ weight }) => weight))).toEqual(
      [1, 1],
    );
    kernel.flush();
    await clock.advance(5000);
    expect(privateIn(kernel)).toHaveLength(2);
  });

  it('are adopted by the next run without an operation, and go with the check that wanted them', async () => {
    const before = setUp();
    await Promise.all([before.loop.configure([byVip], ipvs), before.clock.advance(0)]);
    const owned = before.loop.ownedServices();
    await before.loop.stop({ clean: false });
    const { loop, clock, kernel, told, events } = setUp(before.kernel.table());
    await Promise.all([loop.configure([byVip], ipvs, owned), clock.advance(0)]);
    expect(kernel.calls.batches).toEqual([]);
    expect(events).toEqual([{ event: 'ipvs.adopted', services: 1, destinations: 0, operations: 0 }]);
    told();
    await Promise.all([loop.configure([web], ipvs), clock.advance(0)]);
    expect(privateIn(kernel)).toEqual([]);
    expect(loop.checkMarkOf(name, first).ok).toBe(false);
    expect(loop.ownedServices()).toEqual([name]);
  });

  it('are taken away by a clean stop, also where their service stays', async () => {
    const { loop, clock, kernel } = setUp();
    await Promise.all([loop.configure([byVip], ipvs), clock.advance(0)]);
    await loop.stop({ clean: true });
    expect(kernel.table().map(({ service }) => service.id)).toEqual([web.id]);
  });

  it('are no way for a check while the kernel refuses them, or their server, or has no IPVS', async () => {
    const { loop, clock, kernel } = setUp();
    kernel.breakWith(busy, ({ type }) => type === 'addDestination');
    await Promise.all([loop.configure([byVip], ipvs), clock.advance(0)]);
    expect(loop.checkMarkOf(name, first)).toEqual({
      ok: false,
      error: 'the private service of the check is not in the table',
    });
    kernel.breakWith(undefined);
    await clock.advance(60_000);
    expect(loop.checkMarkOf(name, first).ok).toBe(true);
    kernel.breakWith({ code: 'ENOENT', message: 'no IPVS here' });
    await clock.advance(60_000);
    expect(loop.checkMarkOf(name, first)).toEqual({
      ok: false,
      error: 'the private service of the check is not in the table: no IPVS here (ENOENT)',
    });
  });
});
