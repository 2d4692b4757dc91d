import { describe, expect, it } from 'vitest';
import { createDirectorLoop } from '../../../src/daemon/director/director-loop.ts';
import {
  type DirectorMemory,
  nothingRemembered,
  parseDirectorRecord,
} from '../../../src/daemon/director/director-memory.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { IpvsConfig, SyncConfig } from '../../../src/model/config/ipvs.ts';
import type { SyncState } from '../../../src/model/director.ts';
import type { Phase } from '../../../src/model/vrrp.ts';
import { ip } from '../../../src/net/ip.ts';
import { createModelDirector, type ModelDirector } from '../../make/model-director.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const base: IpvsConfig = { resyncIntervalMs: 5000, foreign: 'keep' };
const parameters = { interface: 'eth1', syncId: 51, maxlen: 0, group: ip('224.0.0.81'), port: 8848, ttl: 1 };
const sync: SyncConfig = { ...parameters, mode: 'role', instance: 'VI_1' };
const conntrack: IpvsConfig = { ...base, sysctl: { conntrack: '1' } };

const transition = (from: Phase, to: Phase, instance = 'VI_1'): JournalEvent => ({
  event: 'vrrp.transition',
  ...{ instance, vrid: 51, interface: 'eth0', from, to, reason: 'startup', priority: 100 },
});

/** One run of the daemon after another over the same kernel and the same state file. */
function open(
  model: ModelDirector = createModelDirector(),
  file: { memory: DirectorMemory } = { memory: nothingRemembered },
) {
  const clock = createVirtualTime();
  const events: JournalEvent[] = [];
  const loop = createDirectorLoop({
    ...{ kernel: model.kernel, sysctl: model.sysctl, clock },
    journal: (event) => void events.push(event),
    memory: {
      read: () => file.memory,
      write: (memory) => {
        file.memory = memory;
        model.log.push(
          `remember ${[...Object.keys(memory.settings), ...memory.syncDaemons].join(' ') || '-'}`,
        );
      },
    },
  });
  const told = (name: JournalEvent['event']) => events.filter(({ event }) => event === name);
  return { model, clock, loop, file, told, events, killed: () => open(model, file) };
}
const runs = (model: ModelDirector) => model.daemons.map(({ state }) => state);

describe('without configuration', () => {
  it('the kernel is neither asked nor told anything', async () => {
    const { loop, model, clock } = open();
    await loop.configure(base);
    loop.heard(transition('initialize', 'active'));
    await clock.advance(60_000);
    expect(clock.nextInMs()).toBeUndefined();
    await loop.stop();
    expect(model.log).toEqual([]);
    expect(model.reads()).toBe(0);
  });
});

describe('settings', () => {
  it('are set at start, each told of with what was and what is', async () => {
    const { loop, model, told } = open();
    await loop.configure({ ...conntrack, timeouts: { tcp: 60 } });
    expect(model.timeouts).toEqual({ tcp: 60, tcpfin: 120, udp: 300 });
    expect(model.sysctls.get('net/ipv4/vs/conntrack')).toBe('1');
    expect(told('ipvs.timeout')).toEqual([
      { event: 'ipvs.timeout', timeout: 'tcp', from_s: 900, to_s: 60, why: 'configured' },
    ]);
    expect(told('ipvs.sysctl')).toEqual([
      { event: 'ipvs.sysctl', sysctl: 'net.ipv4.vs.conntrack', from: '0', to: '1', why: 'configured' },
    ]);
  });

  it('show in the status as they are now', async () => {
    const { loop } = open();
    await loop.configure({ ...conntrack, sync: { ...parameters, mode: 'both' } });
    expect(loop.status().settings).toEqual([{ name: 'net.ipv4.vs.conntrack', wanted: '1', held: '1' }]);
    expect(loop.status().syncDaemons.map(({ state }) => state)).toEqual(['master', 'backup']);
  });

  it('are remembered before the first of them is changed', async () => {
    const { loop, model } = open();
    await loop.configure(conntrack);
    expect(model.log).toEqual(['remember net.ipv4.vs.conntrack', 'write net/ipv4/vs/conntrack 1']);
  });

  it('that are as they should be are not touched', async () => {
    const { loop, model, clock, events } = open();
    model.sysctls.set('net/ipv4/vs/conntrack', '1');
    await loop.configure({
      ...conntrack,
      sysctl: { conntrack: '1', sync_threshold: '3 50' },
      timeouts: { udp: 300 },
    });
    await clock.advance(60_000);
    expect(model.log.filter((line) => !line.startsWith('remember'))).toEqual([]);
    expect(events).toEqual([]);
  });

  it('that drift are repaired within the resync interval, and that is told', async () => {
    const { loop, model, clock, told } = open();
    await loop.configure({ ...conntrack, timeouts: { tcp: 60 } });
    model.sysctls.set('net/ipv4/vs/conntrack', '0');
    model.timeouts = { ...model.timeouts, tcp: 5 };
    await clock.advance(5000);
    expect(model.sysctls.get('net/ipv4/vs/conntrack')).toBe('1');
    expect(model.timeouts.tcp).toBe(60);
    expect(told('ipvs.sysctl').at(-1)).toMatchObject({ from: '0', to: '1', why: 'drift' });
    expect(told('ipvs.timeout').at(-1)).toMatchObject({ from_s: 5, to_s: 60, why: 'drift' });
  });

  it('are put back on stop, and then forgotten', async () => {
    const { loop, model, file, told } = open();
    await loop.configure({ ...conntrack, timeouts: { tcp: 60 } });
    await loop.stop();
    expect(model.timeouts.tcp).toBe(900);
    expect(model.sysctls.get('net/ipv4/vs/conntrack')).toBe('0');
    expect(told('ipvs.sysctl').at(-1)).toMatchObject({ from: '1', to: '0', why: 'restored' });
    expect(file.memory).toEqual(nothingRemembered);
  });

  it('that leave the config are put back by the reload, those that stay are not touched', async () => {
    const { loop, model, file } = open();
    await loop.configure({ ...conntrack, timeouts: { tcp: 60, udp: 30 } });
    model.log.length = 0;
    await loop.configure({ ...base, timeouts: { udp: 30 } });
    expect(model.log.filter((line) => !line.startsWith('remember')).sort()).toEqual([
      'set tcp 900',
      'write net/ipv4/vs/conntrack 0',
    ]);
    expect(file.memory.settings).toEqual({ 'timeout udp': '300' });
  });

  it('of a daemon that was killed: its successor puts back what the first one found', async () => {
    const first = open();
    await first.loop.configure({ ...conntrack, timeouts: { tcp: 60 } });
    const second = first.killed();
    await second.loop.configure({ ...conntrack, timeouts: { tcp: 60 } });
    expect(second.events).toEqual([]);
    await second.loop.stop();
    expect(first.model.timeouts.tcp).toBe(900);
    expect(first.model.sysctls.get('net/ipv4/vs/conntrack')).toBe('0');
  });

  it('of a daemon that was killed, and whose successor knows nothing of them, are put back at once', async () => {
    const first = open();
    await first.loop.configure(conntrack);
    await first.killed().loop.configure(base);
    expect(first.model.sysctls.get('net/ipv4/vs/conntrack')).toBe('0');
    expect(first.file.memory).toEqual(nothingRemembered);
  });

  it('that this kernel does not have are told of with their reason, and hold back no other', async () => {
    const { loop, model, clock, told } = open();
    await loop.configure({ ...base, sysctl: { est_nice: '5', conntrack: '1' } });
    expect(model.sysctls.get('net/ipv4/vs/conntrack')).toBe('1');
    expect(told('ipvs.failed')).toEqual([
      {
        event: 'ipvs.failed',
        operation: 'sysctl -w net.ipv4.vs.est_nice=5',
        code: 'ENOENT',
        reason: 'this kernel has no such setting',
        retry_s: 1,
      },
    ]);
    await clock.advance(10_000);
    expect(told('ipvs.failed').map((event) => 'retry_s' in event && event.retry_s)).toEqual([1, 2, 4, 8]);
    expect(loop.status().refused).toHaveLength(1);
  });

  it('wait for a module that is loaded later', async () => {
    const { loop, model, clock, told } = open();
    model.absent = true;
    await loop.configure({ ...conntrack, timeouts: { tcp: 60 } });
    expect(told('ipvs.failed')).toMatchObject([
      { operation: 'ipvsadm -l --timeout', code: 'ENOSYS', retry_s: 1 },
    ]);
    model.absent = false;
    await clock.advance(1000);
    expect(model.timeouts.tcp).toBe(60);
    expect(loop.status().refused).toEqual([]);
  });
});

describe('a kernel without IPVS', () => {
  it('is told of once for all, with growing pauses', async () => {
    const { loop, model, clock, told } = open();
    model.absent = true;
    await loop.configure({ ...conntrack, timeouts: { tcp: 60 }, sync: { ...parameters, mode: 'both' } });
    await clock.advance(10_000);
    expect(told('ipvs.failed').map((event) => 'retry_s' in event && event.retry_s)).toEqual([1, 2, 4, 8]);
    expect(loop.status().refused).toHaveLength(1);
  });

  it('is no matter where nothing is configured, whatever is remembered', async () => {
    const { loop, model, clock, events } = open(createModelDirector(), {
      memory: { settings: { 'net.ipv4.vs.conntrack': '0' }, syncDaemons: ['master'] },
    });
    model.absent = true;
    await loop.configure(base);
    await clock.advance(60_000);
    expect(events).toEqual([]);
  });
});

describe('the memory', () => {
  const kept = { boot: 'a', settings: { 'timeout tcp': '900' }, syncDaemons: ['master'] };

  it('holds within one boot', () => {
    expect(parseDirectorRecord(kept, 'a')).toEqual(kept);
    expect(parseDirectorRecord(kept, 'b')).toEqual({ boot: 'b', ...nothingRemembered });
  });

  it.each([undefined, null, 3, [], { boot: 'a' }, { boot: 'a', settings: { x: 1 }, syncDaemons: 'master' }])(
    'is empty where the file holds %j',
    (value) => expect(parseDirectorRecord(value, 'a')).toEqual({ boot: 'a', ...nothingRemembered }),
  );
});

describe('sync daemons by role', () => {
  const start = async (more: Partial<SyncConfig> = {}) => {
    const opened = open();
    await opened.loop.configure({ ...base, sync: { ...sync, ...more } as SyncConfig });
    const become = async (from: Phase, to: Phase, instance?: string) => {
      opened.loop.heard(transition(from, to, instance));
      await opened.clock.advance(0);
    };
    return { ...opened, become };
  };

  it('none before the role is known, then a backup', async () => {
    const { model, become, told } = await start();
    expect(runs(model)).toEqual([]);
    await become('initialize', 'backup');
    expect(runs(model)).toEqual(['backup']);
    expect(told('ipvs.sync_daemon')).toEqual([
      {
        event: 'ipvs.sync_daemon',
        ...{ state: 'backup', action: 'started', why: 'role' },
        daemon: '--mcast-interface eth1 --syncid 51 --mcast-group 224.0.0.81 --mcast-port 8848 --mcast-ttl 1',
      },
    ]);
  });

  it('the master starts at once, the backup stays for what the leaving director still sends', async () => {
    const { model, become, clock } = await start();
    await become('initialize', 'backup');
    await become('backup', 'active');
    expect(runs(model)).toEqual(['backup', 'master']);
    await clock.advance(3900);
    expect(runs(model)).toEqual(['backup', 'master']);
    await clock.advance(200);
    expect(runs(model)).toEqual(['master']);
  });

  it('a master that leaves goes on as master until it is backup, and sends what it held back', async () => {
    const { model, become, clock } = await start();
    await become('backup', 'active');
    await become('active', 'leaving');
    expect(runs(model)).toEqual(['master']);
    await become('leaving', 'backup');
    expect(runs(model)).toEqual(['master', 'backup']);
    await clock.advance(4100);
    expect(runs(model)).toEqual(['backup']);
  });

  it('a role that comes back while its daemon lingers finds it running', async () => {
    const { model, become, clock } = await start();
    await become('initialize', 'active');
    await become('active', 'backup');
    await become('backup', 'active');
    await clock.advance(10_000);
    expect(runs(model)).toEqual(['master']);
    expect(model.log.filter((line) => line === 'start master')).toHaveLength(1);
  });

  it('a role that was resigned for a lost VRRP process is gone, though nobody speaks for it yet', async () => {
    const { model, become, loop, clock } = await start();
    await become('backup', 'active');
    loop.heard({ ...transition('active', 'initialize'), reason: 'vrrp_process_lost' } as JournalEvent);
    await clock.advance(5000);
    expect(runs(model)).toEqual(['backup']);
  });

  it('fault is no reason to hear of nothing', async () => {
    const { model, become } = await start();
    await become('initialize', 'fault');
    expect(runs(model)).toEqual(['backup']);
  });

  it('another instance is none of their business', async () => {
    const { model, become, clock } = await start();
    await become('initialize', 'active', 'VI_2');
    expect(runs(model)).toEqual([]);
    await become('initialize', 'backup');
    await become('active', 'backup', 'VI_2');
    await clock.advance(5000);
    expect(model.log.filter((line) => line.startsWith('start'))).toEqual(['start backup']);
  });

  it('one that already runs as it should is left alone, and by a stop as well', async () => {
    const { model, become, loop } = await start();
    model.daemons.push({ ...parameters, state: 'backup', maxlen: 1472 });
    await become('initialize', 'backup');
    await loop.stop();
    expect(runs(model)).toEqual(['backup']);
    expect(model.log).toEqual([]);
  });

  it('one with other parameters is replaced', async () => {
    const { model, become } = await start();
    model.daemons.push({ ...parameters, state: 'backup', maxlen: 1472, syncId: 7 });
    await become('initialize', 'backup');
    expect(model.log).toEqual(['stop backup', 'remember backup', 'start backup']);
    expect(model.daemons[0]?.syncId).toBe(51);
  });

  it('somebody stops it: it is back within the resync interval', async () => {
    const { model, become, clock, told } = await start();
    await become('initialize', 'backup');
    model.daemons.length = 0;
    await clock.advance(5000);
    expect(runs(model)).toEqual(['backup']);
    expect(told('ipvs.sync_daemon').at(-1)).toMatchObject({ action: 'started', why: 'drift' });
  });

  it('an interface that is missing is told of, and tried again', async () => {
    const { model, become, clock, told, loop } = await start();
    model.interfaces.clear();
    await become('initialize', 'backup');
    expect(told('ipvs.failed')[0]).toMatchObject({ code: 'ENODEV', retry_s: 1 });
    await clock.advance(1000);
    expect(told('ipvs.failed')).toHaveLength(2);
    model.interfaces.add('eth1');
    await clock.advance(2000);
    expect(runs(model)).toEqual(['backup']);
    expect(loop.status().refused).toEqual([]);
  });

  it('what is refused waits for its time, however often the kernel is looked at', async () => {
    const { model, clock, loop } = open();
    model.interfaces.clear();
    await loop.configure({ ...base, resyncIntervalMs: 100, sync: { ...parameters, mode: 'both' } });
    await clock.advance(6900);
    expect(model.log.filter((line) => line === 'start backup')).toHaveLength(3);
  });

  it('a stop gives a master time to send what it holds, and ends it', async () => {
    const { model, become, loop, clock, file } = await start();
    await become('initialize', 'active');
    await become('active', 'initialize');
    const stopped = loop.stop();
    await clock.advance(3900);
    expect(runs(model)).toEqual(['master']);
    await clock.advance(200);
    await stopped;
    expect(runs(model)).toEqual([]);
    expect(file.memory).toEqual(nothingRemembered);
  });

  it('a backup is ended by a stop at once', async () => {
    const { model, become, loop } = await start();
    await become('initialize', 'backup');
    await loop.stop();
    expect(runs(model)).toEqual([]);
  });

  it('of a daemon that was killed go on until the role is known', async () => {
    const { model, become, killed } = await start();
    await become('initialize', 'active');
    model.log.length = 0;
    const next = killed();
    await next.loop.configure({ ...base, sync });
    expect(runs(model)).toEqual(['master']);
    next.loop.heard(transition('initialize', 'active'));
    await next.clock.advance(6000);
    expect(model.log).toEqual([]);
    const stopped = next.loop.stop();
    await next.clock.advance(4100);
    await stopped;
    expect(runs(model)).toEqual([]);
  });

  it('one that ends by itself while it is to be ended has ended', async () => {
    const model = createModelDirector();
    model.daemons.push({ ...parameters, state: 'master', maxlen: 1472 });
    const stopSyncDaemon = async () => ({ code: 'ESRCH', message: 'no such service' });
    const file = { memory: { settings: {}, syncDaemons: ['master'] as const } };
    const { loop, told } = open({ ...model, kernel: { ...model.kernel, stopSyncDaemon } }, file);
    await loop.configure(base);
    expect(told('ipvs.failed')).toEqual([]);
    expect(file.memory).toEqual(nothingRemembered);
  });

  it('leave with the config', async () => {
    const { model, become, loop } = await start();
    await become('initialize', 'backup');
    await loop.configure(base);
    expect(runs(model)).toEqual([]);
  });

  it('both, where that is asked for, whatever the role', async () => {
    const { model, loop } = open();
    await loop.configure({ ...base, sync: { ...parameters, mode: 'both' } });
    expect(runs(model)).toEqual(['master', 'backup'] satisfies SyncState[]);
  });
});

describe('a plan', () => {
  it('says what a pass would do, and does nothing', async () => {
    const { loop, model } = open();
    await loop.configure(conntrack);
    model.sysctls.set('net/ipv4/vs/conntrack', '0');
    model.log.length = 0;
    expect((await loop.plan()).settings).toMatchObject([
      { name: 'net.ipv4.vs.conntrack', from: '0', to: '1' },
    ]);
    expect(model.log).toEqual([]);
  });
});
