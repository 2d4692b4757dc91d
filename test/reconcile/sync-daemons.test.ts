import { describe, expect, it } from 'vitest';
import type { SyncConfig } from '../../src/model/config/ipvs.ts';
import type { SyncDaemon, SyncState } from '../../src/model/director.ts';
import { ip } from '../../src/net/ip.ts';
import {
  describeSyncOperation,
  desireSyncDaemons,
  diffSyncDaemons,
  type SyncSituation,
  sameSyncDaemon,
  syncRoleOf,
} from '../../src/reconcile/sync-daemons.ts';

const parameters = { interface: 'eth1', syncId: 51, maxlen: 0, group: ip('224.0.0.81'), port: 8848, ttl: 1 };
const byRole: SyncConfig = { ...parameters, mode: 'role', instance: 'VI_1' };
const always: SyncConfig = { ...parameters, mode: 'both' };
const daemon = (state: SyncState, more: Partial<SyncDaemon> = {}): SyncDaemon => ({
  ...parameters,
  state,
  ...more,
});
const situation = (more: Partial<SyncSituation> = {}): SyncSituation => ({
  role: undefined,
  lingering: undefined,
  ours: new Set(),
  ...more,
});
const states = (daemons: readonly SyncDaemon[]) => daemons.map(({ state }) => state);
const words = (observed: readonly SyncDaemon[], desired: readonly SyncDaemon[]) =>
  diffSyncDaemons(observed, desired).map(({ type, daemon: { state } }) => `${type.slice(0, -10)} ${state}`);

describe('the role', () => {
  it.each([
    ['initialize', undefined],
    ['backup', 'backup'],
    ['active', 'master'],
    ['leaving', 'master'],
    ['fault', 'backup'],
  ] as const)('of %s: %s', (phase, role) => expect(syncRoleOf(phase)).toBe(role));

  it('is unknown before anything was heard', () => expect(syncRoleOf(undefined)).toBeUndefined());
});

describe('which daemons should run', () => {
  it('one, by the role', () => {
    expect(desireSyncDaemons(byRole, [], situation({ role: 'master' }))).toEqual([daemon('master')]);
    expect(desireSyncDaemons(byRole, [], situation({ role: 'backup' }))).toEqual([daemon('backup')]);
  });

  it('the one of the role before as well, while it lingers', () => {
    const both = desireSyncDaemons(byRole, [], situation({ role: 'backup', lingering: 'master' }));
    expect(states(both)).toEqual(['backup', 'master']);
    expect(states(desireSyncDaemons(byRole, [], situation({ role: 'master', lingering: 'master' })))).toEqual(
      ['master'],
    );
  });

  it('those that run, while nobody knows the role', () => {
    const foreign = [daemon('master', { syncId: 7 })];
    expect(desireSyncDaemons(byRole, foreign, situation())).toEqual(foreign);
  });

  it('both, whatever the role', () => {
    expect(states(desireSyncDaemons(always, [], situation({ role: 'backup' })))).toEqual([
      'master',
      'backup',
    ]);
  });

  it('those of others alone, where none are configured', () => {
    const observed = [daemon('master'), daemon('backup')];
    const desired = desireSyncDaemons(undefined, observed, situation({ ours: new Set(['master'] as const) }));
    expect(states(desired)).toEqual(['backup']);
  });

  it('a backup takes 1024 bytes at least (start_sync_thread), a master as few as asked for', () => {
    const short: SyncConfig = { ...always, maxlen: 500 };
    const lengths = desireSyncDaemons(short, [], situation()).map(({ maxlen }) => maxlen);
    expect(lengths).toEqual([500, 1024]);
  });
});

describe('what it takes', () => {
  it('nothing, where those that should run do', () => {
    expect(words([daemon('backup', { maxlen: 1472 })], [daemon('backup')])).toEqual([]);
  });

  it('the new one before the old one on a change of roles', () => {
    expect(words([daemon('backup')], [daemon('master')])).toEqual(['start master', 'stop backup']);
  });

  it('an end and a start, where one runs with other parameters', () => {
    expect(words([daemon('master', { port: 9000 })], [daemon('master')])).toEqual([
      'stop master',
      'start master',
    ]);
  });

  it.each([
    ['interface', 'eth0'],
    ['syncId', 1],
    ['group', ip('ff02::81')],
    ['port', 1],
    ['ttl', 2],
    ['maxlen', 1000],
  ])('another %s is another daemon', (key, value) => {
    const wanted = daemon('master', { maxlen: 1400 });
    expect(sameSyncDaemon(wanted, { ...wanted, [key]: value })).toBe(false);
  });

  it('a length that was left to the kernel is whatever it chose; one that was not is that', () => {
    expect(sameSyncDaemon(daemon('master'), daemon('master', { maxlen: 1472 }))).toBe(true);
    expect(sameSyncDaemon(daemon('master', { maxlen: 1472 }), daemon('master', { maxlen: 0 }))).toBe(false);
  });

  it('in the words of ipvsadm', () => {
    const told = diffSyncDaemons([daemon('backup')], [daemon('master', { maxlen: 1400 })]);
    expect(told.map(describeSyncOperation)).toEqual([
      'ipvsadm --start-daemon master --mcast-interface eth1 --syncid 51 --sync-maxlen 1400 --mcast-group 224.0.0.81 --mcast-port 8848 --mcast-ttl 1',
      'ipvsadm --stop-daemon backup',
    ]);
  });
});
