// The main process and its check processes in one virtual time: what they say to each other goes through JSON, as it does
// over the channel, and a process may die, hang, or be late.
import { describe, expect, it } from 'vitest';
import { runChecks } from '../../../../src/daemon/health/processes/check-process.ts';
import type { FromCheckProcess, ToCheckProcess } from '../../../../src/daemon/health/processes/messages.ts';
import { createProcessRunner } from '../../../../src/daemon/health/processes/process-runner.ts';
import type { CheckChild } from '../../../../src/daemon/health/processes/watch-process.ts';
import { checkPlanOf } from '../../../../src/health/checks/plan.ts';
import type { JournalEvent } from '../../../../src/journal/event.ts';
import type { VirtualConfig } from '../../../../src/model/config/service.ts';
import type { ProbeResult } from '../../../../src/model/probe-result.ts';
import { ip } from '../../../../src/net/ip.ts';
import { aReal, aVirtual } from '../../../make/a-virtual.ts';
import { createScriptedProbe } from '../../../make/scripted-probe.ts';
import { createVirtualTime, type VirtualTime } from '../../../make/virtual-time.ts';

const intervalMs = 1000;
const planOf = (last: number, changes: Partial<VirtualConfig> = {}) =>
  checkPlanOf(
    aVirtual({ checktype: { kind: 'connect' }, checktimeoutMs: 800, ...changes }),
    aReal({ address: ip(`10.0.0.${last}`) }),
  );

/** A process of its own, as far as a test can tell. */
function createChild(clock: VirtualTime, pid: number) {
  const scripted = createScriptedProbe();
  scripted.answerAll('success');
  let state: 'runs' | 'hangs' | 'dead' = 'runs';
  let hear = (_: unknown) => {};
  let obey = (_: ToCheckProcess) => {};
  let exit = (_: string) => {};
  const asked: string[] = [];
  const deaf: ToCheckProcess[] = [];
  const live = { after: guarded(clock.after), now: clock.now, afterPoll: clock.afterPoll };
  function guarded(after: VirtualTime['after']): VirtualTime['after'] {
    return (delayMs, callback) => after(delayMs, () => (state === 'runs' ? callback() : undefined));
  }
  const end = (reason: string) => {
    if (state === 'dead') return;
    state = 'dead';
    clock.after(0, () => exit(reason));
  };
  runChecks(
    {
      clock: live,
      probe: (target, signal) => {
        asked.push('address' in target ? String(target.address) : target.kind);
        return scripted.probe(target, signal);
      },
      concurrency: 1000,
      recall: () => {},
    },
    {
      send: (message: FromCheckProcess, onLeft) => {
        if (state !== 'runs') return;
        const text = JSON.stringify(message);
        clock.after(0, () => {
          if (state === 'runs') hear(JSON.parse(text));
          onLeft?.();
        });
      },
      onMessage: (listener) => {
        obey = listener;
      },
    },
  );
  const child: CheckChild = {
    pid,
    send: (message) => {
      if (state === 'hangs') deaf.push(message);
      if (state === 'runs') clock.after(0, () => obey(JSON.parse(JSON.stringify(message))));
    },
    onMessage: (listener) => {
      hear = listener;
    },
    onExit: (listener) => {
      exit = listener;
    },
    kill: () => end('signal SIGKILL'),
  };
  return {
    ...{ child, asked, answerAll: scripted.answerAll, scripted },
    say: (message: unknown) => hear(message),
    die: () => end('signal SIGSEGV'),
    hang: () => {
      state = 'hangs';
    },
    isDead: () => state === 'dead',
  };
}

function rig({ isFailing = () => false }: { isFailing?: () => boolean } = {}) {
  const clock = createVirtualTime();
  const children: ReturnType<typeof createChild>[] = [];
  const results: (ProbeResult & { key: string; atMs: number })[] = [];
  const events: JournalEvent[] = [];
  const held = new Set<string>();
  const own = createScriptedProbe();
  own.answerAll('success');
  const runner = createProcessRunner(
    {
      ...{ clock, probe: own.probe, journal: (event) => events.push(event), concurrency: 1000 },
      ...{ mayStart: (key) => !held.has(key), isFailing },
      onResult: (key, { result }) => results.push({ ...result, key, atMs: clock.now() / 1000 }),
    },
    {
      processors: 2,
      fork: () => {
        const made = createChild(clock, 100 + children.length);
        children.push(made);
        return made.child;
      },
    },
  );
  const add = (count: number) => {
    for (let last = 1; last <= count; last++) runner.add(`${last}`, planOf(last), intervalMs);
  };
  const made = (key: string, fromMs: number) =>
    results.filter((each) => each.key === key && each.atMs >= fromMs).length;
  return {
    ...{ clock, children, results, events, held, own, runner, add, made },
    nowMs: () => clock.now() / 1000,
    living: () => children.filter((child) => !child.isDead()),
    eventsOf: (name: string) => events.filter(({ event }) => event === name),
  };
}

const ten = Array.from({ length: 10 }, (_, index) => `${index + 1}`);

describe('check processes', () => {
  it('make all that they can, each its own share, once an interval; the main process makes the rest', async () => {
    const { clock, children, own, runner, add, made, nowMs } = rig();
    add(10);
    runner.add('ping', planOf(11, { checktype: { kind: 'ping' } }), intervalMs);
    runner.shareOut(2);
    await clock.advance(2000);
    const from = nowMs();
    await clock.advance(10_000);
    for (const key of [...ten, 'ping']) expect(made(key, from)).toBe(10);
    const shares = children.map(({ asked }) => new Set(asked));
    expect(shares.map(({ size }) => size)).toEqual([5, 5]);
    expect(new Set(shares.flatMap((share) => [...share])).size).toBe(10);
    expect(own.asked.every(({ target }) => target.kind === 'ping')).toBe(true);
    expect(runner.activity()).toMatchObject({ checks: 11, missed: 0, places: 3000 });
    expect(runner.activity().processes?.map(({ checks }) => checks)).toEqual([5, 5]);
    expect(runner.statistics('1')?.ended).toBeGreaterThanOrEqual(10);
    expect(runner.activity().lateness.count).toBeGreaterThan(100);
  });

  it('are none where nobody wants one, and none is begun', async () => {
    const { clock, children, runner, add, made } = rig();
    add(10);
    runner.shareOut('auto');
    await clock.advance(3000);
    expect(children).toEqual([]);
    for (const key of ten) expect(made(key, 0)).toBeGreaterThanOrEqual(2);
    expect(runner.activity()).not.toHaveProperty('processes');
  });

  it.each(['dies', 'hangs'] as const)(
    'one that %s is replaced, and no check is left out for longer',
    async (how) => {
      const { clock, children, runner, add, results, living, eventsOf, nowMs, made } = rig();
      add(10);
      runner.shareOut(2);
      await clock.advance(5000);
      const [victim] = children;
      const since = nowMs();
      if (how === 'dies') victim?.die();
      else victim?.hang();
      await clock.advance(8000);
      expect(eventsOf('checks.process_lost')).toHaveLength(1);
      expect(living()).toHaveLength(2);
      const boundMs = intervalMs + (how === 'dies' ? 100 : 2600);
      for (const key of ten) {
        const times = results.filter((each) => each.key === key).map(({ atMs }) => atMs);
        const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
        expect(Math.max(...gaps)).toBeLessThanOrEqual(boundMs);
        expect(made(key, since + boundMs)).toBeGreaterThan(3);
      }
      expect(results.every(({ outcome }) => outcome === 'success')).toBe(true);
    },
  );

  it('what was under way in one that dies is made again at once', async () => {
    const { clock, children, runner, add, nowMs, results } = rig();
    add(2);
    runner.shareOut(1);
    await clock.advance(3000);
    children[0]?.answerAll(undefined);
    await clock.advance(1100);
    const died = nowMs();
    children[0]?.die();
    await clock.advance(100);
    const again = results.filter(({ atMs }) => atMs >= died).map(({ key }) => key);
    expect(again.sort()).toEqual(['1', '2']);
  });

  it('one that dies again and again leaves its checks to the others, and tries less often', async () => {
    const { clock, children, runner, add, made, living, eventsOf, nowMs } = rig();
    add(10);
    runner.shareOut(2);
    for (let times = 0; times < 3; times++) {
      await clock.advance(500);
      const [victim] = [...living()].filter((child) => child !== children[1]);
      victim?.die();
    }
    await clock.advance(1500);
    const actions = eventsOf('checks.process_lost').map((event) => 'action' in event && event.action);
    expect(actions[0]).toBe('started again');
    expect(actions.at(-1)).toMatch(/^others make its checks; again in \d+ ms$/);
    const from = nowMs();
    await clock.advance(20_000);
    for (const key of ten) expect(made(key, from)).toBeGreaterThanOrEqual(19);
    expect(runner.activity().processes?.map(({ checks }) => checks)).toEqual([5, 5]);
  });

  it('one that says what none says is ended', async () => {
    const { clock, children, runner, add, eventsOf } = rig();
    add(4);
    runner.shareOut(1);
    await clock.advance(1500);
    children[0]?.say({ type: 'results', rows: 'all', underWay: 0, waiting: 0 });
    await clock.advance(100);
    expect(eventsOf('checks.process_lost')).toMatchObject([
      { reason: 'it said what no check process says: signal SIGKILL' },
    ]);
  });

  it('cannot speak for checks of others, or of none', async () => {
    const { clock, children, runner, add, results } = rig();
    add(4);
    runner.shareOut(2);
    await clock.advance(1500);
    const before = results.length;
    const rows = Array.from({ length: 50 }, (_, id) => [
      id,
      0,
      0,
      0,
      0,
      { outcome: 'failure', detail: 'no' },
    ]);
    const own = children[0]?.asked.length ?? 0;
    children[0]?.say({ type: 'results', rows, underWay: 0, waiting: 0 });
    const forged = results.slice(before).map(({ key }) => key);
    expect(own).toBeGreaterThan(0);
    expect(forged).toHaveLength(2);
  });
});

describe('a process that lies about the time', () => {
  it.each([
    ['of a start that is to come', 1e15, 0],
    ['of a lateness beyond all time', 0, 1e15],
  ])('%s, keeps none of its checks from being made when it is gone', async (_, startedAt, lateUs) => {
    const { clock, children, runner, add, made, nowMs } = rig();
    add(4);
    runner.shareOut(1);
    await clock.advance(1500);
    const said = { outcome: 'success', detail: 'fine' };
    const rows = Array.from({ length: 50 }, (_, id) => [id, startedAt, lateUs, 0, 0, said]);
    children[0]?.say({ type: 'results', rows, underWay: 0, waiting: 0 });
    children[0]?.die();
    const from = nowMs();
    await clock.advance(5000);
    for (const key of ['1', '2', '3', '4']) expect(made(key, from)).toBeGreaterThanOrEqual(4);
  });
});

describe('a reload', () => {
  it('from none to two and back moves every check, keeps its place in time, and leaves nobody', async () => {
    const { clock, runner, add, results, living, nowMs } = rig();
    add(10);
    runner.shareOut(0);
    await clock.advance(3000);
    runner.shareOut(2);
    await clock.advance(3000);
    runner.shareOut(0);
    await clock.advance(3000);
    expect(living()).toEqual([]);
    for (const key of ten) {
      const times = results.filter((each) => each.key === key).map(({ atMs }) => atMs);
      const gaps = times.slice(2).map((at, index) => at - (times[index + 1] ?? 0));
      for (const gap of gaps) expect(Math.abs(gap - intervalMs)).toBeLessThan(60);
    }
    expect(runner.activity()).toMatchObject({ checks: 10 });
    expect(nowMs()).toBeGreaterThan(0);
  });

  it('that adds and takes away one moves nothing else', async () => {
    const { clock, children, runner, add } = rig();
    add(10);
    runner.shareOut(2);
    await clock.advance(3000);
    const before = children.map(({ asked }) => new Set(asked));
    runner.remove('3');
    runner.add('new', planOf(77), intervalMs);
    for (const { asked } of children) asked.length = 0;
    await clock.advance(3000);
    const now = children.map(({ asked }) => new Set(asked));
    for (const [index, share] of before.entries()) {
      const stayed = [...share].filter((address) => address !== '10.0.0.3');
      expect([...(now[index] ?? [])].filter((address) => address !== '10.0.0.77').sort()).toEqual(
        stayed.sort(),
      );
    }
    expect(now.flatMap((share) => [...share])).toContain('10.0.0.77');
  });
});

describe('the word of the main process', () => {
  it('holds out a check, and lets it be made again', async () => {
    const { clock, runner, add, made, held, nowMs } = rig();
    add(3);
    runner.shareOut(2);
    await clock.advance(3000);
    held.add('2');
    await clock.advance(2500);
    const from = nowMs();
    await clock.advance(5000);
    expect(made('2', from)).toBe(0);
    expect(made('1', from)).toBe(5);
    held.delete('2');
    await clock.advance(2500);
    expect(made('2', from)).toBeGreaterThan(0);
  });

  it('has a failure looked into soon', async () => {
    const { clock, children, runner, results } = rig({ isFailing: () => true });
    runner.add('1', planOf(1, { retryintervalMs: 100 }), intervalMs);
    runner.shareOut(1);
    await clock.advance(1500);
    children[0]?.answerAll('failure');
    await clock.advance(2000);
    expect(results.filter(({ outcome }) => outcome === 'failure').length).toBeGreaterThan(8);
  });

  it('goes on with connects between full checks where the one before had been', async () => {
    const { clock, children, runner } = rig();
    runner.add(
      '1',
      planOf(1, { checktype: { kind: 'combined', connects: 50 }, service: 'http' }),
      intervalMs,
    );
    runner.shareOut(1);
    await clock.advance(3500);
    children[0]?.die();
    await clock.advance(3000);
    expect(children[1]?.scripted.asked.map(({ target }) => target.kind)).not.toContain('http');
  });
});

it('ends all of them at a stop', async () => {
  const { clock, runner, add, living, results, eventsOf } = rig();
  add(10);
  runner.shareOut(2);
  await clock.advance(2000);
  runner.stop();
  const before = results.length;
  await clock.advance(5000);
  expect(living()).toEqual([]);
  expect(results).toHaveLength(before);
  expect(eventsOf('checks.process_lost')).toEqual([]);
});
