import { describe, expect, it } from 'vitest';
import type { SyncDaemon } from '../../src/model/director.ts';
import { ip } from '../../src/net/ip.ts';
import { type DirectorChanges, withDirectorChanges } from '../../src/reconcile/director-plan.ts';
import { planOf } from '../../src/reconcile/plan.ts';
import { formatPlan } from '../../src/render/plan.ts';

const empty = planOf([]);
const daemon: SyncDaemon = {
  state: 'master',
  ...{ interface: 'eth1', syncId: 51, maxlen: 0, group: ip('224.0.0.81'), port: 8848, ttl: 1 },
};
const changes: DirectorChanges = {
  settings: [{ name: 'net.ipv4.vs.conntrack', from: '0', to: '1', restores: false }],
  syncDaemons: [
    { type: 'startSyncDaemon', daemon },
    { type: 'stopSyncDaemon', daemon: { ...daemon, state: 'backup' } },
  ],
};

describe('a plan with what happens beside the table', () => {
  it('counts it along', () => {
    const { counts, settings } = withDirectorChanges(empty, changes);
    expect(counts).toEqual({ adds: 1, edits: 1, deletes: 1 });
    expect(settings?.map(({ sign, setting }) => `${sign} ${setting}`)).toEqual([
      '~ net.ipv4.vs.conntrack',
      '+ sync daemon master',
      '- sync daemon backup',
    ]);
  });

  it('is the same plan where nothing does', () => {
    expect(withDirectorChanges(empty, { settings: [], syncDaemons: [] })).toBe(empty);
    expect(formatPlan(empty)).toContain('Nothing to change');
  });

  it('shows what was and what will be', () => {
    const text = formatPlan(withDirectorChanges(empty, changes));
    expect(text).toContain('~ net.ipv4.vs.conntrack  0 -> 1\n');
    expect(text).toContain('+ sync daemon master     --mcast-interface eth1 --syncid 51');
    expect(text).toContain('1 to add, 1 to change, 1 to delete.');
  });
});
