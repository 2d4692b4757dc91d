// Which programs of a real server run, and when: as it comes and goes, as it leaves the configuration, and at a stop.
import { beforeEach, describe, expect, it } from 'vitest';
import { createCommandQueue } from '../../../src/daemon/commands/command-queue.ts';
import { createServerCommands, type ServerCommands } from '../../../src/daemon/commands/server-commands.ts';
import type { ReconcileLoop } from '../../../src/daemon/reconcile/reconcile-loop.ts';
import { withServerCommands } from '../../../src/daemon/reconcile/with-server-commands.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { ServerNotifyConfig, VirtualConfig } from '../../../src/model/config/service.ts';
import { formatServiceId, type ServiceId } from '../../../src/model/ipvs.ts';
import { ip } from '../../../src/net/ip.ts';
import { realOf, virtualOf } from '../../make/arbitrary-table.ts';
import { createScriptedPrograms, type ScriptedPrograms } from '../../make/scripted-programs.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const service = formatServiceId(vip);
const both = { up: ['/bin/in', 'a b'], down: ['/bin/out'] };
const web = (notify: ServerNotifyConfig = both, more: Partial<VirtualConfig> = {}): VirtualConfig =>
  virtualOf(vip, {
    // The port of the service, and one of its own.
    reals: [{ ...realOf('10.0.0.1', 0), notify }, realOf('10.0.0.2', 8080)],
    ...more,
  });

let clock: VirtualTime;
let programs: ScriptedPrograms;
let events: JournalEvent[];
let commands: ServerCommands;
beforeEach(() => {
  clock = createVirtualTime();
  programs = createScriptedPrograms(clock);
  events = [];
  const queue = createCommandQueue({ clock, runScript: programs.runScript });
  commands = createServerCommands({ journal: (event) => void events.push(event), queue });
  commands.configure([web()]);
});

const becomes = (state: 'up' | 'down', real = '10.0.0.1:80'): void =>
  commands.heard(
    state === 'up'
      ? { event: 'real.up', service, real, detail: 'x' }
      : { event: 'real.down', service, real, detail: 'x', failures: 1 },
  );
const ran = async () => {
  await clock.advance(0);
  return programs.commands();
};
/** What runs ends, and what waits runs and ends. */
async function settle(): Promise<readonly string[]> {
  for (let i = 0; i < 5; i += 1) {
    await clock.advance(0);
    for (const each of programs.started) await each.end();
  }
  return programs.commands();
}

describe('the programs of a server', () => {
  it('run as they are written, and are told', async () => {
    commands.configure([web({ ...both, user: 'bird' })]);
    becomes('up');
    await clock.advance(0);
    expect(programs.started[0]?.request).toEqual({
      command: ['/bin/in', 'a b'],
      user: 'bird',
      timeoutMs: 30_000,
    });
    await programs.started[0]?.end('exit 3');
    expect(events).toEqual([
      {
        event: 'real.notified',
        service,
        real: '10.0.0.1:80',
        action: 'up',
        command: '/bin/in a b',
        exit: 'exit 3',
      },
    ]);
    becomes('down');
    expect(await ran()).toEqual(['/bin/in a b', '/bin/out']);
  });

  it('are of that server alone', async () => {
    becomes('up', '10.0.0.2:8080');
    commands.heard({ event: 'real.up', service: 'tcp 10.9.9.9:80', real: '10.0.0.1:80', detail: 'x' });
    expect(await ran()).toEqual([]);
  });

  it('never run two at once; of what changes meanwhile the last is caught up with', async () => {
    for (const state of ['up', 'down', 'up', 'down'] as const) becomes(state);
    expect(await ran()).toEqual(['/bin/in a b']);
    expect(await settle()).toEqual(['/bin/in a b', '/bin/out']);
  });

  it('do not run again for what was told last', async () => {
    for (const state of ['up', 'down', 'up'] as const) becomes(state);
    expect(await settle()).toEqual(['/bin/in a b']);
  });

  it('tell the loss of one that leaves the configuration while it is up', async () => {
    becomes('up');
    await settle();
    commands.configure([web()]);
    commands.configure([virtualOf(vip, { reals: [realOf('10.0.0.1', 0)] })]);
    commands.configure([]);
    expect(await settle()).toEqual(['/bin/in a b', '/bin/out']);
  });

  it('say nothing of one that leaves while it is down, or was never known', async () => {
    commands.configure([]);
    commands.configure([web()]);
    becomes('down');
    await settle();
    commands.configure([]);
    expect(await settle()).toEqual(['/bin/out']);
  });
});

describe('a stop', () => {
  const stopped = async (omega: boolean, clean: boolean) => {
    const table = { configure: async () => {}, stop: async () => {} } as unknown as ReconcileLoop;
    const loop = withServerCommands(table, commands);
    await loop.configure([web(both, omega ? { omega: true } : {})], { resyncIntervalMs: 1, foreign: 'keep' });
    becomes('up');
    await settle();
    await loop.stop({ clean });
    return (await settle()).slice(1);
  };

  it.each([
    { omega: true, clean: true, runs: ['/bin/out'] },
    { omega: false, clean: true, runs: [] },
    // Another process of ours goes on.
    { omega: true, clean: false, runs: [] },
  ])('omega $omega, clean $clean: $runs', async ({ omega, clean, runs }) => {
    expect(await stopped(omega, clean)).toEqual(runs);
  });
});
