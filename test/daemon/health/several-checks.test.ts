import { describe, expect, it } from 'vitest';
import { createHealthLoop } from '../../../src/daemon/health/health-loop.ts';
import { summaryOf } from '../../../src/daemon/health/server-health.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { CheckTarget } from '../../../src/model/checks/checks.ts';
import type { OneOfChecks, VirtualConfig } from '../../../src/model/config/service.ts';
import type { ProbeResult } from '../../../src/model/probe-result.ts';
import { ip } from '../../../src/net/ip.ts';
import { shown } from '../../../src/net/shown.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { realNamed, serviceNamed } from '../../make/names.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const service = serviceNamed('tcp 192.168.6.240:80');
const real = realNamed('192.168.6.2:80');
const web: OneOfChecks = { request: '/health', checkport: 80 };
const port = (checkport: number, more: OneOfChecks = {}): OneOfChecks => ({
  ...{ checktype: { kind: 'connect' }, checkport },
  ...more,
});

/** Answers by the port that is asked; one without an answer is asked in vain. */
function rig() {
  const clock = createVirtualTime();
  const events: JournalEvent[] = [];
  const answers = new Map<number, ProbeResult['outcome'] | { readonly weightPercent: number }>();
  const asked: CheckTarget[] = [];
  const held = new Set<string>();
  const answerTo = (target: CheckTarget) => ('port' in target ? answers.get(target.port) : undefined);
  const loop = createHealthLoop({
    clock,
    probe: (target) => {
      asked.push(target);
      const answer = answerTo(target);
      if (answer === undefined) return new Promise(() => {});
      const { outcome, ...weight } =
        typeof answer === 'string' ? { outcome: answer } : { outcome: 'success' as const, ...answer };
      return Promise.resolve({ outcome, detail: shown(`says ${outcome}`), ...weight });
    },
    journal: (event) => events.push(event),
    onVerdict: () => {},
    inMaintenance: ({ address }) => held.has(address),
  });
  const configure = (checks: readonly OneOfChecks[], changes: Partial<VirtualConfig> = {}) =>
    loop.configure([aVirtual({ checkintervalMs: 1000, checks, ...changes })]);
  return {
    ...{ clock, loop, answers, asked, held, configure },
    say: (saying: Readonly<Record<number, ProbeResult['outcome'] | { readonly weightPercent: number }>>) => {
      for (const [each, answer] of Object.entries(saying)) answers.set(Number(each), answer);
    },
    verdict: () => loop.verdictOf(service, real),
    told: () => events.splice(0),
  };
}

describe('a server with several checks', () => {
  it('is up only when each has found it up', async () => {
    const { configure, say, clock, verdict, told } = rig();
    configure([web, port(443)]);
    say({ 80: 'success' });
    await clock.advance(2500);
    expect(verdict()).toBe('unverified');
    say({ 443: 'success' });
    await clock.advance(6000);
    expect(verdict()).toBe('up');
    expect(told().map(({ event }) => event)).toContain('real.up');
  });
  it('is down by the first that fails, which is named, and comes back when all are well', async () => {
    const { configure, say, clock, verdict, told, loop } = rig();
    configure([web, port(443)]);
    say({ 80: 'success', 443: 'success' });
    await clock.advance(1500);
    told();
    say({ 443: 'failure' });
    await clock.advance(1000);
    expect(verdict()).toBe('down');
    const check = 'check 2 (connect to port 443)';
    expect(told()).toEqual([
      { event: 'real.down', service, real, check, detail: 'says failure', failures: 1 },
    ]);
    expect(loop.status().map(summaryOf)).toEqual([`${check}: says failure`]);
    say({ 80: 'failure', 443: 'success' });
    await clock.advance(1000);
    expect(told()).toEqual([]);
    expect(verdict()).toBe('down');
    expect(loop.status().map(summaryOf)).toEqual([
      'check 1 (GET http://192.168.6.2:80/health): says failure',
    ]);
    say({ 80: 'success' });
    await clock.advance(1000);
    expect(verdict()).toBe('up');
    expect(told()).toMatchObject([{ event: 'real.up', down_s: expect.closeTo(2, -0.4) }]);
  });
  it('counts for each check apart: rise, fall and interval', async () => {
    const { configure, say, clock, verdict, asked } = rig();
    configure([port(80, { fall: 3 }), port(443, { checkintervalMs: 5000 })]);
    say({ 80: 'success', 443: 'success' });
    await clock.advance(10_000);
    const count = (wanted: number) => asked.filter((each) => 'port' in each && each.port === wanted).length;
    expect([count(80), count(443)]).toEqual([expect.closeTo(11, -0.4), expect.closeTo(3, -0.4)]);
    say({ 80: 'failure' });
    await clock.advance(2000);
    expect(verdict()).toBe('up');
    await clock.advance(1000);
    expect(verdict()).toBe('down');
  });
  it('is awaited at the start until each has spoken, or one has found it down', async () => {
    const { configure, say, clock, loop } = rig();
    let ready = false;
    configure([web, port(443)]);
    void loop.firstResults().then(() => {
      ready = true;
    });
    say({ 80: 'success' });
    await clock.advance(1500);
    expect(ready).toBe(false);
    say({ 443: 'failure' });
    await clock.advance(6000);
    expect(ready).toBe(true);
  });
  it('that the table served before goes by the first check that fails, and by none that has not spoken', async () => {
    const { configure, say, clock, loop, verdict, told } = rig();
    configure([web, port(443)]);
    loop.seed(() => true);
    say({ 80: 'success' });
    await clock.advance(1500);
    expect(verdict()).toBe('unverified');
    say({ 80: 'failure' });
    await clock.advance(1000);
    expect(verdict()).toBe('down');
    expect(told()).toMatchObject([{ event: 'real.down' }]);
  });
  it('serves with the least weight that a check asks for', async () => {
    const { configure, say, clock, loop } = rig();
    configure([web, port(443)]);
    say({ 80: { weightPercent: 75 }, 443: { weightPercent: 50 } });
    await clock.advance(1500);
    expect(loop.weightFactsOf(service, real)).toMatchObject({ weightPercent: 50 });
    say({ 443: 'success' });
    await clock.advance(1000);
    expect(loop.weightFactsOf(service, real)).toMatchObject({ weightPercent: 75 });
  });
  it('in maintenance is down once, and comes back when each has succeeded again', async () => {
    const { configure, say, clock, held, verdict, told } = rig();
    configure([web, port(443)]);
    say({ 80: 'success', 443: 'success' });
    await clock.advance(1500);
    told();
    held.add('192.168.6.2');
    await clock.advance(1000);
    expect(verdict()).toBe('down');
    expect(told()).toMatchObject([{ event: 'real.down', detail: 'in maintenance' }]);
    held.clear();
    await clock.advance(1000);
    expect(verdict()).toBe('up');
    expect(told()).toHaveLength(1);
  });
  it('flaps as one: a fall by either check counts', async () => {
    const { configure, say, clock, verdict } = rig();
    const flapping = { count: 2, windowMs: 60_000, holdMs: 10_000, holdMaxMs: 10_000 };
    configure([web, port(443)], { flapping });
    for (const failing of [80, 443]) {
      say({ 80: 'success', 443: 'success' });
      await clock.advance(1500);
      say({ [failing]: 'failure' });
      await clock.advance(1500);
      expect(verdict()).toBe('down');
    }
    say({ 80: 'success', 443: 'success' });
    await clock.advance(1500);
    expect(verdict()).toBe('held');
  });
});

describe('a reload of the list', () => {
  const begin = async () => {
    const world = rig();
    world.configure([web, port(443)]);
    world.say({ 80: 'success', 443: 'success' });
    await world.clock.advance(1500);
    world.told();
    return world;
  };
  it('keeps the server in its place until a check that is new has spoken, which may then take it out', async () => {
    const { configure, say, clock, verdict, told } = await begin();
    configure([port(8080), port(443), web]);
    expect(verdict()).toBe('up');
    say({ 8080: 'failure' });
    await clock.advance(1500);
    expect(verdict()).toBe('down');
    expect(told()).toMatchObject([{ event: 'real.down', check: 'check 1 (connect to port 8080)' }]);
  });
  it('brings a server back by itself where the check that failed is gone', async () => {
    const { configure, say, clock, verdict, told } = await begin();
    say({ 443: 'failure' });
    await clock.advance(1000);
    told();
    configure([web]);
    expect(verdict()).toBe('up');
    expect(told()).toMatchObject([{ event: 'real.up' }]);
  });
  it('asks nothing anew of what stays, wherever in the list it stands', async () => {
    const { configure, loop, verdict } = await begin();
    const ended = () => loop.status()[0]?.checks.map(({ statistics }) => statistics.ended);
    const before = ended();
    configure([port(443), web]);
    expect(ended()).toEqual(before?.toReversed());
    expect(verdict()).toBe('up');
    expect(loop.activity().checks).toBe(2);
  });
});

describe('what is asked', () => {
  it('is asked once for all servers that are asked the same, also twice in one list', async () => {
    const { loop, asked, say, clock } = rig();
    const id = { kind: 'fwmark', family: 'inet', fwmark: 1 } as const;
    const times = { checkintervalMs: 1000, checks: [port(443), port(443)] };
    loop.configure([aVirtual(times), aVirtual({ ...times, id })]);
    say({ 443: 'success' });
    await clock.advance(999);
    expect(asked).toHaveLength(1);
    expect(loop.status().map(({ verdict }) => verdict)).toEqual(['up', 'up']);
  });
  it('is the list of the server where it has one', async () => {
    const { loop, asked, say, clock } = rig();
    const [one, two] = [aReal(), aReal({ address: ip('192.168.6.3'), checks: [port(81)] })];
    loop.configure([aVirtual({ checks: [port(443)], reals: [one, two] })]);
    say({ 443: 'success', 81: 'success' });
    await clock.advance(1000);
    const places = asked.map((each) => 'port' in each && `${each.address} ${each.port}`).sort();
    expect(places).toEqual(['192.168.6.2 443', '192.168.6.3 81']);
  });
});
