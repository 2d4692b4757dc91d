// Which sync daemons should run on this director, and what it takes. A director that is active has a master, one
// that is not a backup, as with keepalived (also in fault: it still hears of connections). Two things differ:
// - on a change of roles the new daemon starts before the old one ends, and the old one stays for a while
//   (flushMs): the kernel holds back what it has to tell for up to 3 s, and drops it when its master ends;
// - while the role is unknown (at a start, and when VRRP is away) what runs goes on.
// Sends nothing: daemon/director/director-loop.ts. Source: net/netfilter/ipvs/ip_vs_sync.c.

import type { SyncConfig } from '../model/config/ipvs.ts';
import type { SyncDaemon, SyncState } from '../model/director.ts';
import type { Phase } from '../model/vrrp.ts';

/** IPVS_SYNC_FLUSH_TIME and IPVS_SYNC_CHECK_PERIOD together, and as long again as a busy machine may take. */
export const flushMs = 4000;

/** Undefined: nobody knows. */
export type SyncRole = SyncState | undefined;

export type SyncSituation = {
  readonly role: SyncRole;
  /** The daemon of the role before, while it is to stay. */
  readonly lingering: SyncState | undefined;
  /** States whose daemon this director has started. */
  readonly ours: ReadonlySet<SyncState>;
};

export type SyncOperation = {
  readonly type: 'startSyncDaemon' | 'stopSyncDaemon';
  readonly daemon: SyncDaemon;
};

/** A director that leaves still takes connections until another one has taken over. */
export function syncRoleOf(phase: Phase | undefined): SyncRole {
  if (phase === undefined || phase === 'initialize') return undefined;
  return phase === 'active' || phase === 'leaving' ? 'master' : 'backup';
}

/** @param observed those that run. @returns canonical; where nothing is configured, those of others. */
export function desireSyncDaemons(
  sync: SyncConfig | undefined,
  observed: readonly SyncDaemon[],
  { role, lingering, ours }: SyncSituation,
): readonly SyncDaemon[] {
  if (sync === undefined) return observed.filter(({ state }) => !ours.has(state));
  if (sync.mode === 'both') return [daemonOf(sync, 'master'), daemonOf(sync, 'backup')];
  if (role === undefined) return observed;
  const states = lingering === undefined || lingering === role ? [role] : [role, lingering];
  return states.map((state) => daemonOf(sync, state));
}

/** New before old. The kernel has one daemon of each state: only in place of its like must one end first. */
export function diffSyncDaemons(
  observed: readonly SyncDaemon[],
  desired: readonly SyncDaemon[],
): readonly SyncOperation[] {
  const running = new Map(observed.map((daemon) => [daemon.state, daemon]));
  const wanted = new Set(desired.map(({ state }) => state));
  const starts = desired.flatMap((daemon): SyncOperation[] => {
    const held = running.get(daemon.state);
    const start: SyncOperation = { type: 'startSyncDaemon', daemon };
    if (held === undefined) return [start];
    return sameSyncDaemon(daemon, held) ? [] : [{ type: 'stopSyncDaemon', daemon: held }, start];
  });
  const leftovers = observed.filter(({ state }) => !wanted.has(state));
  return [...starts, ...leftovers.map((daemon): SyncOperation => ({ type: 'stopSyncDaemon', daemon }))];
}

/** A length that was left to the kernel is whatever the kernel chose. */
export function sameSyncDaemon(wanted: SyncDaemon, held: SyncDaemon): boolean {
  return (['state', 'interface', 'syncId', 'maxlen', 'group', 'port', 'ttl'] as const).every(
    (key) => wanted[key] === held[key] || (key === 'maxlen' && wanted.maxlen === 0),
  );
}

/** A backup takes messages of 1024 bytes at least (start_sync_thread). */
const backupMaxlenMin = 1024;

function daemonOf({ interface: name, syncId, maxlen, group, port, ttl }: SyncConfig, state: SyncState) {
  const length = state === 'backup' && maxlen > 0 ? Math.max(backupMaxlenMin, maxlen) : maxlen;
  return { state, interface: name, syncId, maxlen: length, group, port, ttl };
}

/** As ipvsadm(8) would be told. */
export function describeSyncOperation({ type, daemon }: SyncOperation): string {
  if (type === 'stopSyncDaemon') return `ipvsadm --stop-daemon ${daemon.state}`;
  return `ipvsadm --start-daemon ${daemon.state} ${describeSyncDaemon(daemon)}`;
}

/** "--mcast-interface eth1 --syncid 51 --mcast-group 224.0.0.81 --mcast-port 8848 --mcast-ttl 1" */
export function describeSyncDaemon(daemon: SyncDaemon): string {
  const maxlen = daemon.maxlen === 0 ? '' : ` --sync-maxlen ${daemon.maxlen}`;
  const where = `--mcast-group ${daemon.group} --mcast-port ${daemon.port} --mcast-ttl ${daemon.ttl}`;
  return `--mcast-interface ${daemon.interface} --syncid ${daemon.syncId}${maxlen} ${where}`;
}
