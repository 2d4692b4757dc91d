// Which notify scripts run, with which words, and in which order.
import { beforeEach, describe, expect, it } from 'vitest';
import { createCommandQueue } from '../../../src/daemon/commands/command-queue.ts';
import { routerCommands } from '../../../src/daemon/commands/router-commands.ts';
import {
  createRouterStates,
  type RouterStates,
  withRouterStates,
} from '../../../src/daemon/commands/router-states.ts';
import { formatLine } from '../../../src/daemon/commands/told.ts';
import type { VrrpSupervisor } from '../../../src/daemon/vrrp/supervisor.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { Phase } from '../../../src/model/vrrp.ts';
import { createScriptedPrograms, type ScriptedPrograms } from '../../make/scripted-programs.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';
import { instance } from '../../make/vrrp-instance.ts';

let clock: VirtualTime;
let programs: ScriptedPrograms;
let events: JournalEvent[];
let notifier: RouterStates;
let lines: string[];

beforeEach(() => {
  clock = createVirtualTime();
  programs = createScriptedPrograms(clock);
  events = [];
  const queue = createCommandQueue({ clock, runScript: programs.runScript });
  lines = [];
  const runCommands = routerCommands({ journal: (event) => void events.push(event), queue });
  notifier = createRouterStates((told, notify) => {
    runCommands(told, notify);
    lines.push(formatLine(told).trimEnd());
  });
});

async function becomes(to: Phase, name = 'VI_1'): Promise<void> {
  notifier.heard({
    event: 'vrrp.transition',
    ...{ instance: name, vrid: 51, interface: 'eth0', from: 'backup', to, reason: 'startup', priority: 150 },
  });
  await clock.advance(0);
}
const ran = () => programs.commands();
const program = (command: string, ...words: readonly string[]) => ({ command: [command, ...words] });
const every = program('/bin/n', 'x');

describe('a notify script', () => {
  it('gets INSTANCE, name, state and priority; that of a state comes first, as it is written', async () => {
    notifier.configure([instance({ notify: { MASTER: program('/bin/m'), every } })]);
    await becomes('active');
    expect(ran()).toEqual(['/bin/m']);
    expect(programs.started[0]?.request.isAction).toBe(true);
    await programs.started[0]?.end();
    expect(ran()).toEqual(['/bin/m', '/bin/n x INSTANCE VI_1 MASTER 150']);
    await programs.started[1]?.end('exit 3');
    expect(events).toEqual([
      { event: 'vrrp.notified', instance: 'VI_1', state: 'MASTER', command: '/bin/m', exit: 'exit 0' },
      {
        event: 'vrrp.notified',
        instance: 'VI_1',
        state: 'MASTER',
        command: '/bin/n x INSTANCE VI_1 MASTER 150',
        exit: 'exit 3',
      },
    ]);
  });

  it.each([
    ['active', 'MASTER'],
    ['backup', 'BACKUP'],
    ['fault', 'FAULT'],
    ['initialize', 'STOP'],
  ] as const)('is told of %s as %s', async (phase, state) => {
    notifier.configure([instance({ notify: { every } })]);
    await becomes(phase);
    expect(ran()).toEqual([`/bin/n x INSTANCE VI_1 ${state} 150`]);
  });

  it('is not told of leaving, nor of a state twice in a row', async () => {
    notifier.configure([instance({ notify: { every } })]);
    for (const phase of ['active', 'leaving', 'active'] as const) await becomes(phase);
    expect(programs.started).toHaveLength(1);
  });

  it('waits for the one before it; other routers do not', async () => {
    notifier.configure([instance({ notify: { every } }), instance({ name: 'VI_2', notify: { every } })]);
    await becomes('backup');
    await becomes('active');
    await becomes('active', 'VI_2');
    expect(ran()).toEqual(['/bin/n x INSTANCE VI_1 BACKUP 150', '/bin/n x INSTANCE VI_2 MASTER 150']);
    await programs.started[0]?.end();
    expect(ran().at(-1)).toBe('/bin/n x INSTANCE VI_1 MASTER 150');
  });

  it('that hangs holds up a bounded number; the newest is among them', async () => {
    notifier.configure([instance({ notify: { every } })]);
    for (let i = 0; i < 20; i += 1) for (const phase of ['active', 'backup'] as const) await becomes(phase);
    await becomes('fault');
    expect(events.filter((event) => 'exit' in event && event.exit === 'left out')).toHaveLength(24);
    for (let i = 0; i < 17; i += 1) await programs.started[i]?.end();
    expect(programs.started).toHaveLength(17);
    expect(ran().at(-1)).toBe('/bin/n x INSTANCE VI_1 FAULT 150');
  });

  it('of a router that is taken out of the configuration is told of it as a fault, as of old', async () => {
    notifier.configure([instance({ notify: { every, FAULT: program('/bin/f') } })]);
    await becomes('active');
    await programs.started[0]?.end();
    notifier.configure([]);
    await becomes('initialize');
    await programs.started[1]?.end();
    expect(ran().slice(1)).toEqual(['/bin/f', '/bin/n x INSTANCE VI_1 FAULT 150']);
  });

  it('of one that was in fault is not told of another', async () => {
    notifier.configure([instance({ notify: { every } })]);
    await becomes('fault');
    notifier.configure([]);
    await becomes('initialize');
    expect(ran()).toEqual(['/bin/n x INSTANCE VI_1 FAULT 150']);
  });

  it('is told of DELETED where notify_deleted asks for it, in fault too', async () => {
    const notify = {
      every,
      FAULT: program('/bin/f'),
      DELETED: program('/bin/d'),
      tellsDeleted: true as const,
    };
    notifier.configure([instance({ notify })]);
    await becomes('fault');
    for (const run of programs.started) await run.end();
    notifier.configure([]);
    await becomes('initialize');
    await programs.started.at(-1)?.end();
    expect(ran().slice(-2)).toEqual(['/bin/d', '/bin/n x INSTANCE VI_1 DELETED 150']);
    // Back again it is another router.
    notifier.configure([instance({ notify })]);
    await becomes('backup');
    expect(lines).toEqual([
      ...['INSTANCE "VI_1" FAULT 150', 'INSTANCE "VI_1" DELETED 150', 'INSTANCE "VI_1" BACKUP 150'],
    ]);
  });

  it('runs as its own user, where it has one', async () => {
    const notify = { MASTER: { command: ['/bin/m'], user: 'nobody:adm' }, every };
    notifier.configure([instance({ notify })]);
    await becomes('active');
    await programs.started[0]?.end();
    expect(programs.started.map(({ request }) => request.user)).toEqual(['nobody:adm', undefined]);
  });

  it('of a lower active runs alone, each time one is heard', async () => {
    notifier.configure([instance({ notify: { every, MASTER_RX_LOWER_PRI: program('/bin/again') } })]);
    const heard: JournalEvent = {
      event: 'vrrp.lower_active_heard',
      ...{ instance: 'VI_1', vrid: 51, peer: '192.0.2.2', peer_priority: 100, priority: 140 },
    };
    await becomes('active');
    for (let i = 0; i < 2; i += 1) notifier.heard(heard);
    for (let i = 0; i < 3; i += 1) await programs.started[i]?.end();
    expect(ran().slice(1)).toEqual(['/bin/again', '/bin/again']);
    expect(lines.slice(1)).toEqual(Array(2).fill('INSTANCE "VI_1" MASTER_RX_LOWER_PRI 140'));
  });
});

describe('the notify script of a sync group', () => {
  const member = (name: string, more = {}) =>
    instance({ name, syncGroup: 'VG', groupNotify: { MASTER: program('/bin/m'), every }, ...more });
  const groupRan = () => ran().filter((line) => !line.includes('INSTANCE'));

  it('runs once a group, when the last member has changed, with GROUP, name, state and 0', async () => {
    notifier.configure([member('A'), member('B')]);
    await becomes('active', 'A');
    expect(ran()).toEqual([]);
    await becomes('active', 'B');
    expect(ran()).toEqual(['/bin/m']);
    await programs.started[0]?.end();
    expect(ran()).toEqual(['/bin/m', '/bin/n x GROUP VG MASTER 0']);
    await programs.started[1]?.end('exit 1');
    expect(events.at(-1)).toEqual({
      event: 'vrrp.group_notified',
      ...{ group: 'VG', state: 'MASTER', command: '/bin/n x GROUP VG MASTER 0', exit: 'exit 1' },
    });
  });

  it('is told of no state that only some members had', async () => {
    const notify = { every };
    notifier.configure([member('A', { groupNotify: notify }), member('B', { groupNotify: notify })]);
    for (const name of ['A', 'B']) await becomes('backup', name);
    await programs.started[0]?.end();
    // One could, the other could not.
    await becomes('active', 'A');
    await becomes('backup', 'A');
    // One has a fault, the other leaves and follows.
    await becomes('fault', 'A');
    await becomes('leaving', 'B');
    expect(groupRan()).toEqual(['/bin/n x GROUP VG BACKUP 0']);
    await becomes('fault', 'B');
    expect(groupRan()).toEqual(['/bin/n x GROUP VG BACKUP 0', '/bin/n x GROUP VG FAULT 0']);
  });

  it('of a group that is taken out with its members is still told of its end; one that loses a member goes on', async () => {
    notifier.configure([member('A', { groupNotify: { every } }), member('B', { groupNotify: { every } })]);
    notifier.configure([member('A', { groupNotify: { every } })]);
    await becomes('initialize', 'B');
    await becomes('active', 'A');
    expect(groupRan()).toEqual(['/bin/n x GROUP VG MASTER 0']);
    await programs.started[0]?.end();
    notifier.configure([]);
    await becomes('initialize', 'A');
    expect(groupRan().at(-1)).toBe('/bin/n x GROUP VG STOP 0');
  });
});

describe('a FIFO', () => {
  const changes = (to: number) =>
    notifier.heard({
      event: 'vrrp.priority_changed',
      ...{ instance: 'VI_1', vrid: 51, from: 150, to, because: [] },
    });

  it('gets a new priority by the role, where it is asked for; scripts never do', async () => {
    notifier.configure([instance({ notify: { every } })]);
    await becomes('backup');
    changes(140);
    notifier.configure([instance({ notify: { every }, notifiesPriority: true })]);
    changes(130);
    await becomes('active');
    changes(120);
    for (const run of programs.started) await run.end();
    expect(ran()).toHaveLength(2);
    expect(lines).toEqual([
      ...['INSTANCE "VI_1" BACKUP 150', 'INSTANCE "VI_1" BACKUP_PRIORITY 130'],
      ...['INSTANCE "VI_1" MASTER 150', 'INSTANCE "VI_1" MASTER_PRIORITY 120'],
    ]);
  });

  it('gets no line of the other half of a router with both families, nor of what holds the two together', async () => {
    const both = { syncGroup: 'VI_1/both' };
    notifier.configure([instance(both), instance({ ...both, name: 'VI_1/ipv6' })]);
    for (const name of ['VI_1', 'VI_1/ipv6']) await becomes('active', name);
    expect(lines).toEqual(['INSTANCE "VI_1" MASTER 150']);
  });

  it('can be told all states once more', async () => {
    const syncGroup = 'VG';
    notifier.configure([instance({ syncGroup }), instance({ syncGroup, name: 'VI_2' })]);
    await becomes('active');
    await becomes('active', 'VI_2');
    const again: string[] = [];
    notifier.repeat((told) => again.push(formatLine(told).trimEnd()));
    expect(again.toSorted()).toEqual(lines.toSorted());
    expect(again).toContain('GROUP "VG" MASTER 0');
  });
});

it('is told the configuration with the supervisor of its routers', async () => {
  const supervisor = {
    start: async () => ['x'],
    reconfigure: async () => ['y'],
  } as unknown as VrrpSupervisor;
  const notifying = withRouterStates(supervisor, notifier);
  expect(await notifying.start([instance({ notify: { MASTER: program('/bin/m') } })])).toEqual(['x']);
  await becomes('active');
  expect(await notifying.reconfigure([instance({ notify: { BACKUP: program('/bin/b') } })])).toEqual(['y']);
  await programs.started[0]?.end();
  await becomes('backup');
  expect(ran()).toEqual(['/bin/m', '/bin/b']);
});
