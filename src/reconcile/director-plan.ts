// Changes beside the table (settings, sync daemons) as lines of a plan.
import type { SettingChange } from './director-settings.ts';
import type { Plan, SettingLine } from './plan.ts';
import { describeSyncDaemon, type SyncOperation } from './sync-daemons.ts';

export type DirectorChanges = {
  readonly settings: readonly SettingChange[];
  readonly syncDaemons: readonly SyncOperation[];
};

/** The plan of the table, with what happens beside it. */
export function withDirectorChanges(plan: Plan, { settings, syncDaemons }: DirectorChanges): Plan {
  const lines = [...settings.map(settingLine), ...syncDaemons.map(syncLine)];
  if (lines.length === 0) return plan;
  const count = (sign: SettingLine['sign']) => lines.filter((line) => line.sign === sign).length;
  const { adds, edits, deletes } = plan.counts;
  const counts = { adds: adds + count('+'), edits: edits + count('~'), deletes: deletes + count('-') };
  return { ...plan, settings: lines, counts };
}

const settingLine = ({ name, from, to }: SettingChange): SettingLine => ({
  sign: '~',
  setting: name,
  before: from,
  after: to,
});

function syncLine({ type, daemon }: SyncOperation): SettingLine {
  const setting = `sync daemon ${daemon.state}`;
  const parameters = describeSyncDaemon(daemon);
  return type === 'startSyncDaemon'
    ? { sign: '+', setting, after: parameters }
    : { sign: '-', setting, before: parameters };
}
