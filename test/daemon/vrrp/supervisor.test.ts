// The main process's side of the VRRP process: deaths, restarts, resignation on its behalf, and the end.

import { describe, expect, it } from 'vitest';
import type { FromVrrpProcess, ToVrrpProcess, VrrpSnapshot } from '../../../src/daemon/vrrp/messages.ts';
import { orphanStatus } from '../../../src/daemon/vrrp/messages.ts';
import { createVrrpSupervisor } from '../../../src/daemon/vrrp/supervisor.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { VrrpInstanceConfig } from '../../../src/model/config/router.ts';
import type { Phase } from '../../../src/model/vrrp.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';
import { instance } from '../../make/vrrp-instance.ts';

type Child = {
  readonly heard: ToVrrpProcess[];
  readonly say: (message: FromVrrpProcess) => void;
  readonly die: (reason: string) => void;
  killed: boolean;
};

function createWorld() {
  const time = createVirtualTime();
  const children: Child[] = [];
  const events: JournalEvent[] = [];
  const cleanUps: string[][] = [];
  const supervisor = createVrrpSupervisor({
    clock: time,
    journal: (event) => void events.push(event),
    fork: () => {
      const heard: ToVrrpProcess[] = [];
      let onMessage = (_: FromVrrpProcess) => {};
      const onExit: ((reason: string) => void)[] = [];
      const die = (reason: string) => {
        for (const listener of onExit) listener(reason);
      };
      const child: Child = { heard, say: (message) => onMessage(message), die, killed: false };
      children.push(child);
      return {
        pid: children.length,
        send: (message) => void heard.push(message),
        onMessage: (listener) => {
          onMessage = listener;
        },
        onExit: (listener) => void onExit.push(listener),
        kill: () => {
          child.killed = true;
          die('signal SIGKILL');
        },
      };
    },
    cleanUp: async (lost) => {
      cleanUps.push(lost.flatMap(({ config, wasActive }) => (wasActive ? [config.name] : [])));
    },
  });
  return { time, children, events, cleanUps, supervisor };
}

const second = instance({ name: 'VI_2', virtualRouterId: 52 });
const both: readonly VrrpInstanceConfig[] = [instance(), second];

const snapshot = (phase: Phase): VrrpSnapshot => ({
  takenAt: 1,
  instances: [
    { name: 'VI_1', phase, lastAdvertAt: 1 },
    { name: 'VI_2', phase: 'backup', lastAdvertAt: 0 },
  ],
});

const statusOf = (phase: Phase): Extract<FromVrrpProcess, { readonly type: 'status' }> => ({
  type: 'status',
  process: {
    ...{ pid: 1, realtime: true, memoryLocked: true },
    advertLateness: { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, sumMs: 0, buckets: [] },
  },
  instances: [
    {
      ...{ name: 'VI_1', interface: 'eth0', vrid: 51, phase, priority: 150, sinceMs: 0, reason: 'startup' },
      ...{ addresses: [], advertsSent: 0, advertsReceived: 0, advertsRejected: {}, transitions: 1 },
    },
  ],
});

async function running() {
  const world = createWorld();
  const started = world.supervisor.start(both);
  const child = world.children[0];
  if (child === undefined) throw new Error('not forked');
  child.say({ type: 'configured', problems: ['Cannot run instance VI_2 now: …'] });
  expect(await started).toEqual(['Cannot run instance VI_2 now: …']);
  child.say({ type: 'snapshot', snapshot: snapshot('active') });
  child.say(statusOf('active'));
  return { ...world, child };
}

/** Answers every beat, so that it is not taken for dead. */
async function live(
  { time, children }: Pick<ReturnType<typeof createWorld>, 'time' | 'children'>,
  ms: number,
) {
  for (let passed = 0; passed < ms; passed += 500) {
    children.at(-1)?.say({ type: 'heartbeat' });
    await time.advance(500);
  }
}

describe('the age of what is known', () => {
  it('is the time at which it was said, and not that at which it was read', async () => {
    const { supervisor, child } = await running();
    expect(supervisor.lastWord()).toMatchObject({ at: snapshot('active').takenAt });
    child.say({ type: 'heartbeat', at: 7_000_000 });
    child.say({ type: 'heartbeat' });
    expect(supervisor.lastWord().at).toBe(7_000_000);
    expect(supervisor.lastWord().lastAdvertAt.get('VI_1')).toBe(1);
  });

  it('does not begin anew with a process that has not told of its routers', async () => {
    const { supervisor, child, children } = await running();
    child.say({ type: 'heartbeat', at: 7_000_000 });
    child.die('signal SIGKILL');
    children[1]?.say({ type: 'heartbeat', at: 8_000_000 });
    expect(supervisor.lastWord().at).toBe(7_000_000);
    children[1]?.say(statusOf('active'));
    children[1]?.say({ type: 'heartbeat', at: 9_000_000 });
    expect(supervisor.lastWord().at).toBe(9_000_000);
  });
});

describe('a VRRP process that dies', () => {
  it('is started again at once, with the snapshot to resume from', async () => {
    const { child, children, events, cleanUps } = await running();
    child.die('signal SIGKILL');
    expect(children.length).toBe(2);
    expect(children[1]?.heard[0]).toMatchObject({
      type: 'configure',
      instances: both,
      resume: snapshot('active'),
    });
    expect(events.filter(({ event }) => event !== 'vrrp.hindered')).toMatchObject([
      { event: 'vrrp.process_lost', pid: 1, reason: 'signal SIGKILL' },
    ]);
    expect(cleanUps).toEqual([]);
  });

  it('resumes from the snapshot that came with a status as well', async () => {
    const { child, children } = await running();
    child.say({ ...statusOf('backup'), at: 5, snapshot: { ...snapshot('backup'), takenAt: 4 } });
    child.die('signal SIGKILL');
    expect(children[1]?.heard[0]).toMatchObject({ resume: { ...snapshot('backup'), takenAt: 4 } });
  });

  it('does not resume where it has handed over, as it took the main process for dead', async () => {
    const { time, child, children, cleanUps, events, supervisor } = await running();
    child.die(`exit status ${orphanStatus}`);
    await time.advance(10);
    // It has said its priority 0 itself.
    expect(cleanUps).toEqual([[]]);
    expect(children.length).toBe(2);
    expect(children[1]?.heard[0]).toMatchObject({ type: 'configure', instances: both });
    expect(children[1]?.heard[0]).not.toHaveProperty('resume');
    expect(supervisor.status()[0]).toMatchObject({ phase: 'initialize', reason: 'vrrp_process_lost' });
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'vrrp.process_lost', action: 'it had handed over; restarted' }),
    );
    // That it ends so is no fault of its own, however often.
    children[1]?.die(`exit status ${orphanStatus}`);
    await time.advance(10);
    expect(children.length).toBe(3);
  });

  it('again within a minute is resigned for, where it was active, and started after a growing pause', async () => {
    const world = await running();
    const { time, children, cleanUps } = world;
    world.child.die('signal SIGKILL');
    await live(world, 30_000);
    children[1]?.die('exit status 1');
    expect(cleanUps).toEqual([['VI_1']]);
    expect(world.supervisor.status()[0]).toMatchObject({ phase: 'initialize', reason: 'vrrp_process_lost' });
    expect(children.length).toBe(2);
    await time.advance(1000);
    expect(children.length).toBe(3);
    expect(children[2]?.heard[0]).toEqual({ type: 'configure', serial: 1, instances: both });
    children[2]?.die('exit status 1');
    await time.advance(1900);
    expect(children.length).toBe(3);
    await time.advance(200);
    expect(children.length).toBe(4);
  });

  it('again after more than a minute is as the first time', async () => {
    const world = await running();
    world.child.die('signal SIGKILL');
    await live(world, 61_000);
    world.children[1]?.die('signal SIGKILL');
    expect(world.cleanUps).toEqual([]);
    expect(world.children.length).toBe(3);
  });

  it('while it is awaited does not hold up the start for ever', async () => {
    const { supervisor, children } = createWorld();
    const started = supervisor.start(both);
    children[0]?.die('exit status 1');
    children[1]?.die('exit status 1');
    expect(await started).toEqual([
      'Cannot run the VRRP process: expected one that lives, got exit status 1',
    ]);
  });

  it('of silence: it is killed, and started again', async () => {
    const { time, child, children } = await running();
    await time.advance(3000);
    expect(child.killed).toBe(false);
    await time.advance(1000);
    expect(child.killed).toBe(true);
    expect(children.length).toBe(2);
  });
});

it('a process that takes long to say its first word is waited for, on a crowded machine, and not for ever', async () => {
  const { supervisor, children, time } = createWorld();
  void supervisor.start(both);
  await time.advance(19_000);
  expect(children[0]?.killed).toBe(false);
  await time.advance(2000);
  expect(children[0]?.killed).toBe(true);
});

it('no process is started for no router', async () => {
  const { supervisor, children, events } = createWorld();
  expect(await supervisor.start([])).toEqual([]);
  expect([children, events]).toEqual([[], []]);
});

describe('what stands in the way', () => {
  it('is told once, kept for status, and follows what the process says', async () => {
    const { supervisor, child, events } = await running();
    const told = () => events.filter(({ event }) => event === 'vrrp.hindered');
    expect(told()).toEqual([{ event: 'vrrp.hindered', problems: ['Cannot run instance VI_2 now: …'] }]);
    child.say({ ...statusOf('active'), problems: ['Cannot run instance VI_2 now: …'] } as FromVrrpProcess);
    const again = supervisor.reconfigure([instance()]);
    child.say({ type: 'configured', problems: ['Cannot run instance VI_2 now: …'] });
    expect(await again).toEqual(['Cannot run instance VI_2 now: …']);
    expect(told().length).toBe(1);
    child.say({ ...statusOf('active'), problems: ['x'] } as FromVrrpProcess);
    expect(supervisor.problems()).toEqual(['x']);
    child.say(statusOf('active'));
    expect(supervisor.problems()).toEqual([]);
  });
});

describe('failover', () => {
  it('is asked of what is active, and names it', async () => {
    const { supervisor, child } = await running();
    expect(supervisor.failover('VI_2')).toEqual([]);
    expect(supervisor.failover()).toEqual(['VI_1']);
    expect(child.heard.at(-1)).toEqual({ type: 'failover', instance: 'VI_1' });
  });

  it('of one member of a sync group is that of all', async () => {
    const { supervisor, child } = await running();
    const told = statusOf('active');
    if (told.type !== 'status') throw new Error('no status');
    const named = (name: string, syncGroup?: string) =>
      told.instances.map((entry) => ({ ...entry, name, ...(syncGroup !== undefined && { syncGroup }) }));
    child.say({ ...told, instances: [...named('VI_1', 'VG'), ...named('VI_2', 'VG'), ...named('VI_3')] });
    expect(supervisor.failover('VI_2')).toEqual(['VI_1', 'VI_2']);
    expect(supervisor.failover('VI_3')).toEqual(['VI_3']);
  });
});

describe('findings', () => {
  it('go to the process that runs, and to each that is started later', async () => {
    const { supervisor, child, children } = await running();
    const findings = { 'script web': 'down' } as const;
    supervisor.track(findings);
    expect(child.heard.at(-1)).toEqual({ type: 'track', findings });
    child.die('signal SIGKILL');
    expect(children.at(-1)?.heard[0]).toMatchObject({ type: 'configure', findings });
  });
});

describe('the end', () => {
  it('waits for the process, and starts no other', async () => {
    const { supervisor, child, children, events, time } = await running();
    let over = false;
    const stopped = supervisor.stop().then(() => {
      over = true;
    });
    await time.advance(1000);
    expect(child.heard.at(-1)).not.toEqual({ type: 'configure' });
    expect(child.heard).toContainEqual({ type: 'stop' });
    expect(over).toBe(false);
    child.say({ type: 'stopped' });
    child.die('exit status 0');
    await stopped;
    await time.advance(100_000);
    expect(children.length).toBe(1);
    expect(events.filter(({ event }) => event !== 'vrrp.hindered')).toEqual([]);
    expect(supervisor.status()).toEqual([]);
  });

  it('of a process that does not end is forced, and its addresses are removed', async () => {
    const world = await running();
    const stopped = world.supervisor.stop();
    await live(world, 7000);
    await stopped;
    expect(world.child.killed).toBe(true);
    expect(world.cleanUps).toEqual([['VI_1']]);
    expect(world.events.filter(({ event }) => event !== 'vrrp.hindered')).toMatchObject([
      {
        event: 'vrrp.process_lost',
        reason: 'not done after 6500 ms: signal SIGKILL',
        action: 'resigned for it',
      },
      { event: 'vrrp.transition', instance: 'VI_1', from: 'active', to: 'initialize' },
    ]);
  });

  it('comes with the last instance, and a new one starts a process again', async () => {
    const { supervisor, child, children } = await running();
    const emptied = supervisor.reconfigure([]);
    child.die('exit status 0');
    await emptied;
    void supervisor.reconfigure([second]);
    expect(children.length).toBe(2);
    expect(children[1]?.heard[0]).toMatchObject({ type: 'configure', instances: [second] });
  });
});
