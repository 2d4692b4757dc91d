import { describe, expect, it } from 'vitest';
import { isOfMainProcess, loadOf, processesFor } from '../../../src/health/checks/cost.ts';
import { checkPlanOf } from '../../../src/health/checks/plan.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';

const planOf = (changes: Partial<VirtualConfig>) => checkPlanOf(aVirtual(changes), aReal());
const connect = planOf({ checktype: { kind: 'connect' } });

describe('how many processes', () => {
  const two = { processors: 2, running: 0 };
  it('as many as are asked for, whatever they are worth', () => {
    for (const wish of [0, 1, 7]) expect(processesFor(wish, 0, two)).toBe(wish);
  });
  it('none for few servers, then more with the load, never more than processors', () => {
    const auto = (checks: number, processors = 2) =>
      processesFor('auto', checks * loadOf(connect, 1000), { processors, running: 0 });
    expect([10, 1000, 5000].map((checks) => auto(checks))).toEqual([0, 0, 0]);
    expect([6000, 10_000, 20_000, 60_000].map((checks) => auto(checks))).toEqual([2, 2, 2, 2]);
    expect([10_000, 20_000, 30_000].map((checks) => auto(checks, 8))).toEqual([2, 4, 6]);
  });
  it('none where there is one processor: nobody gains', () => {
    expect(processesFor('auto', 5, { processors: 1, running: 0 })).toBe(0);
  });
  it('not begun and ended by a load that wavers', () => {
    expect(processesFor('auto', 0.45, two)).toBe(0);
    expect(processesFor('auto', 0.45, { ...two, running: 2 })).toBe(1);
    expect(processesFor('auto', 0.39, { ...two, running: 2 })).toBe(0);
  });
});

describe('the load of a check', () => {
  it('is by its interval, and of two checks by turns their mean', () => {
    expect(loadOf(connect, 500)).toBeCloseTo(2 * loadOf(connect, 1000));
    const combined = planOf({ checktype: { kind: 'combined', connects: 3 } });
    const negotiate = planOf({ checktype: { kind: 'negotiate' } });
    expect(loadOf(combined, 1000)).toBeLessThan(loadOf(negotiate, 1000));
    expect(loadOf(combined, 1000)).toBeGreaterThan(loadOf(connect, 1000));
  });
});

describe('only the main process makes', () => {
  const cases: readonly (readonly [string, Partial<VirtualConfig>, boolean])[] = [
    ['a connect', { checktype: { kind: 'connect' } }, false],
    ['http', { service: 'http' }, false],
    ['https', { service: 'https' }, false],
    ['a ping', { checktype: { kind: 'ping' } }, true],
    ['what is always up', { checktype: { kind: 'on' } }, true],
    ['what is never checked', { checktype: { kind: 'off' } }, true],
    ['one that leaves by an interface', { service: 'http', bind: { interface: 'eth1' } }, true],
    ['one that leaves with a mark', { checktype: { kind: 'connect' }, bind: { mark: 5 } }, true],
    ['one that leaves from a port', { checktype: { kind: 'connect' }, bind: { port: 700 } }, true],
    ['one by the way of clients', { service: 'http', checkpath: 'vip' }, true],
    ['https with an authority from a file', { service: 'https', verify: true, caFile: '/etc/ca.pem' }, true],
    ['imaps with a certificate', { service: 'imaps', tls: { certFile: '/etc/c.pem' } }, true],
    ['one beside an agent', { service: 'http', agentPort: 9000 }, false],
    ['a ping beside an agent', { checktype: { kind: 'ping' }, agentPort: 9000 }, true],
  ];
  it.each(cases)('%s', (_, changes, expected) => {
    expect(isOfMainProcess(planOf(changes))).toBe(expected);
  });
});
