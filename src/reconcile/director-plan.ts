// Changes beside the table (settings, sync daemons) as lines of a plan.
import type { SettingChange } from './director-settings.ts';
import { type Plan, type SettingLine, withSettingLines } from './plan.ts';
import { describeSyncDaemon, type SyncOperation } from './sync-daemons.ts';

export type DirectorChanges = {
  readonly settings: readonly SettingChange[];
  readonly syncDaemons: readonly SyncOperation[];
};

/** The plan of the table, with what happens beside it. */
export const withDirectorChanges = (plan: Plan, { settings, syncDaemons }: DirectorChanges): Plan =>
  withSettingLines(plan, [...settings.map(settingLine), ...syncDaemons.map(syncLine)]);

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
