// Which notify scripts run, with which words, and in which order.
import { beforeEach, describe, expect, it } from 'vitest';
import { createNotifier, type Notifier, withNotifier } from '../../../src/daemon/commands/router-commands.ts';
import type { VrrpSupervisor } from '../../../src/daemon/vrrp/supervisor.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { Phase } from '../../../src/model/vrrp.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';
import { instance } from '../../make/vrrp-instance.ts';

type Run = { readonly command: string; readonly end: (detail?: string) => Promise<void> };

let clock: VirtualTime;
let runs: Run[];
let events: JournalEvent[];
let notifier: Notifier;

beforeEach(() => {
  clock = createVirtualTime();
  [runs, events] = [[], []];
  notifier = createNotifier({
    clock,
    journal: (event) => void events.push(event),
    runScript: ({ command, isAction }) => {
      expect(isAction).toBe(true);
      let end = (_: string) => {};
      const done = new Promise<string>((resolve) => {
        end = resolve;
      });
      runs.push({
        command: command.join(' '),
        end: async (detail = 'exit 0') => {
          end(detail);
          await clock.advance(0);
        },
      });
      const result = done.then((detail) => ({ outcome: 'success' as const, detail }));
      return { result, ended: done.then(() => {}), kill: () => {} };
    },
  });
});

const becomes = (to: Phase, name = 'VI_1') =>
  notifier.heard({
    event: 'vrrp.transition',
    ...{ instance: name, vrid: 51, interface: 'eth0', from: 'backup', to, reason: 'startup', priority: 150 },
  });
const ran = () => runs.map(({ command }) => command);
const every = ['/bin/n', 'x'];

describe('a notify script', () => {
  it('gets INSTANCE, name, state and priority; that of a state comes first, as it is written', async () => {
    notifier.configure([instance({ notify: { MASTER: ['/bin/m'], every } })]);
    becomes('active');
    expect(ran()).toEqual(['/bin/m']);
    await runs[0]?.end();
    expect(ran()).toEqual(['/bin/m', '/bin/n x INSTANCE VI_1 MASTER 150']);
    await runs[1]?.end('exit 3');
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
  ] as const)('is told of %s as %s', (phase, state) => {
    notifier.configure([instance({ notify: { every } })]);
    becomes(phase);
    expect(ran()).toEqual([`/bin/n x INSTANCE VI_1 ${state} 150`]);
  });

  it('is not told of leaving, nor of a state twice in a row', () => {
    notifier.configure([instance({ notify: { every } })]);
    for (const phase of ['active', 'leaving', 'active'] as const) becomes(phase);
    expect(runs).toHaveLength(1);
  });

  it('waits for the one before it; other routers do not', async () => {
    notifier.configure([instance({ notify: { every } }), instance({ name: 'VI_2', notify: { every } })]);
    becomes('backup');
    becomes('active');
    becomes('active', 'VI_2');
    expect(ran()).toEqual(['/bin/n x INSTANCE VI_1 BACKUP 150', '/bin/n x INSTANCE VI_2 MASTER 150']);
    await runs[0]?.end();
    expect(ran().at(-1)).toBe('/bin/n x INSTANCE VI_1 MASTER 150');
  });

  it('that hangs holds up a bounded number; the newest is among them', async () => {
    notifier.configure([instance({ notify: { every } })]);
    for (let i = 0; i < 20; i += 1) for (const phase of ['active', 'backup'] as const) becomes(phase);
    becomes('fault');
    expect(events.filter((event) => 'exit' in event && event.exit === 'left out')).toHaveLength(24);
    for (let i = 0; i < 17; i += 1) await runs[i]?.end();
    expect(runs).toHaveLength(17);
    expect(ran().at(-1)).toBe('/bin/n x INSTANCE VI_1 FAULT 150');
  });

  it('of a router that is taken out of the configuration is still told of its end', () => {
    notifier.configure([instance({ notify: { every } })]);
    notifier.configure([]);
    becomes('initialize');
    expect(ran()).toEqual(['/bin/n x INSTANCE VI_1 STOP 150']);
  });
});

describe('a stop', () => {
  it('waits for the scripts, but not for ever', async () => {
    const supervisor = { stop: async () => becomes('initialize') } as unknown as VrrpSupervisor;
    notifier.configure([instance({ notify: { every } })]);
    const stopped: string[] = [];
    const stop = () =>
      withNotifier(supervisor, notifier)
        .stop()
        .then(() => void stopped.push('stopped'));
    void stop();
    await clock.advance(9_999);
    expect(stopped).toEqual([]);
    await clock.advance(1);
    expect(stopped).toEqual(['stopped']);
    void stop();
    await runs[0]?.end();
    expect(stopped).toHaveLength(2);
  });
});
