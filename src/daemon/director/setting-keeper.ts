// One pass over the settings of the director (timeouts, sysctls): read, compare, write what differs, tell. What they
// should be is reconcile/director-settings.ts's, when passes happen director-loop.ts's.
import type { Journal } from '../../journal/event.ts';
import {
  describeSetting,
  proposeSettings,
  type SettingChange,
  type SettingName,
  type Settings,
  sysctlPrefix,
} from '../../reconcile/director-settings.ts';
import type { Attempts } from '../pace/attempts.ts';
import type { SettingAccess } from './setting-access.ts';

export type SettingKeeperOptions = {
  readonly access: SettingAccess;
  readonly attempts: Attempts;
  readonly journal: Journal;
  /** What was found at first; told before anything is written, and when something is put back. */
  readonly onOriginals: (originals: Settings) => void;
};

export type HeldSetting = { readonly name: SettingName; readonly wanted?: string; readonly held?: string };

export type SettingKeeper = {
  /** @returns the operations that it asked for, done or not. */
  readonly pass: (wanted: Settings) => Promise<readonly string[]>;
  readonly plan: (wanted: Settings) => Promise<readonly SettingChange[]>;
  /** As the last pass left them. */
  readonly held: () => readonly HeldSetting[];
  readonly originals: () => Settings;
};

export function createSettingKeeper(options: SettingKeeperOptions, remembered: Settings): SettingKeeper {
  const { access, attempts, journal } = options;
  let originals = remembered;
  let held: readonly HeldSetting[] = [];
  /** What the last pass left as it was wanted: anything else there now is somebody else's doing. */
  let settled: Settings = new Map();

  const propose = async (wanted: Settings) => {
    const found = await access.read([...new Set([...wanted.keys(), ...originals.keys()])]);
    const values = valuesIn(found);
    held = [...wanted].map(([name, value]) => ({ name, wanted: value, ...heldIn(values, name) }));
    return { found, proposal: proposeSettings(wanted, values, originals) };
  };

  const remember = (next: Settings) => {
    const changed = JSON.stringify([...next]) !== JSON.stringify([...originals]);
    originals = next;
    if (changed) options.onOriginals(next);
  };

  const change = async (each: SettingChange): Promise<boolean> => {
    const operation = describeSetting(each.name, each.to);
    if (!attempts.isDue(operation)) return false;
    const error = await access.write(each.name, each.to);
    attempts.record(operation, error);
    if (error !== undefined) return false;
    tell(journal, each, settled.get(each.name) === each.to);
    return true;
  };

  const pass = async (wanted: Settings): Promise<readonly string[]> => {
    const { found, proposal } = await propose(wanted);
    remember(proposal.originals);
    const missing = proposal.missing.map((name) => {
      const operation = describeSetting(name, wanted.get(name) ?? '');
      const answer = found.get(name);
      if (answer?.ok === false && attempts.isDue(operation)) attempts.record(operation, answer.error);
      return operation;
    });
    const undone = new Set<SettingName>(proposal.missing);
    const restored = new Set<SettingName>();
    for (const each of proposal.changes) {
      const isDone = await change(each);
      if (!isDone) undone.add(each.name);
      else if (each.restores) restored.add(each.name);
      else held = held.map((entry) => (entry.name === each.name ? { ...entry, held: each.to } : entry));
    }
    remember(without(originals, restored));
    settled = without(wanted, undone);
    return [...missing, ...proposal.changes.map(({ name, to }) => describeSetting(name, to))];
  };

  return {
    pass,
    plan: async (wanted) => (await propose(wanted)).proposal.changes,
    held: () => held,
    originals: () => originals,
  };
}

const valuesIn = (found: Awaited<ReturnType<SettingAccess['read']>>): Settings =>
  new Map([...found].flatMap(([name, each]) => (each.ok ? [[name, each.value] as const] : [])));

const heldIn = (values: Settings, name: SettingName) => {
  const value = values.get(name);
  return value === undefined ? {} : { held: value };
};

const without = (settings: Settings, names: ReadonlySet<SettingName>): Settings =>
  new Map([...settings].filter(([name]) => !names.has(name)));

function tell(journal: Journal, { name, from, to, restores }: SettingChange, isDrift: boolean): void {
  const why = restores ? 'restored' : isDrift ? 'drift' : 'configured';
  if (name.startsWith(sysctlPrefix)) {
    journal({ event: 'ipvs.sysctl', sysctl: name, from, to, why });
    return;
  }
  const timeout = name.replace('timeout ', '');
  journal({ event: 'ipvs.timeout', timeout, from_s: Number(from), to_s: Number(to), why });
}
