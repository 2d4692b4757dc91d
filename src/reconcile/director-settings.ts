// The settings of IPVS that hold for the whole director (timeouts, sysctls): what they should be, and what it takes.
// What is set is put back when it is wanted no longer, so what was found before the first change is remembered,
// and a later run restores the same. Pure: who reads and writes, and keeps the memory, is daemon/director/director-loop.ts.
import type { IpvsConfig } from '../model/config/ipvs.ts';

/** "timeout tcp" (seconds), "net.ipv4.vs.conntrack". */
export type SettingName = string;
export type Settings = ReadonlyMap<SettingName, string>;

export const timeoutNames = ['tcp', 'tcpfin', 'udp'] as const;
export const sysctlPrefix = 'net.ipv4.vs.';

export type SettingChange = {
  readonly name: SettingName;
  readonly from: string;
  readonly to: string;
  /** Whether it is put back to what was found. */
  readonly restores: boolean;
};

export type SettingsProposal = {
  readonly changes: readonly SettingChange[];
  /** What is wanted and cannot be: there is no such setting, or it cannot be read. */
  readonly missing: readonly SettingName[];
  /** To be remembered before anything is changed. */
  readonly originals: Settings;
};

export function wantedSettings({ timeouts = {}, sysctl = {} }: IpvsConfig): Settings {
  return new Map([
    ...timeoutNames.flatMap((name) => {
      const seconds = timeouts[name];
      return seconds === undefined ? [] : [[`timeout ${name}`, String(seconds)] as const];
    }),
    ...Object.entries(sysctl).map(([name, value]) => [`${sysctlPrefix}${name}`, value] as const),
  ]);
}

/**
 * @param held what the kernel holds of those that are wanted or remembered.
 * @param remembered what was found before an earlier pass or run changed anything.
 */
export function proposeSettings(wanted: Settings, held: Settings, remembered: Settings): SettingsProposal {
  const changes: SettingChange[] = [];
  const originals = new Map<SettingName, string>();
  for (const [name, to] of wanted) {
    const from = held.get(name);
    const original = remembered.get(name) ?? from;
    if (original !== undefined) originals.set(name, original);
    if (from !== undefined && !sameSetting(name, to, from)) changes.push({ name, from, to, restores: false });
  }
  for (const [name, to] of remembered) {
    const from = held.get(name);
    if (wanted.has(name) || (from !== undefined && sameSetting(name, to, from))) continue;
    originals.set(name, to);
    if (from !== undefined) changes.push({ name, from, to, restores: true });
  }
  return { changes, missing: [...wanted.keys()].filter((name) => !held.has(name)), originals };
}

/** Of 1 and 2 the kernel takes the one that its memory calls for (ip_vs_ctl.c, update_defense_level). */
const defences: ReadonlySet<SettingName> = new Set(
  ['drop_entry', 'drop_packet', 'secure_tcp'].map((name) => `${sysctlPrefix}${name}`),
);

/** Whether the kernel holds what was asked for. */
export function sameSetting(name: SettingName, wanted: string, held: string): boolean {
  if (defences.has(name) && isAutomatic(wanted)) return isAutomatic(held);
  return wanted === held;
}

const isAutomatic = (value: string): boolean => value === '1' || value === '2';

/** What an administrator would type for the same: 0 leaves a timeout as it is (ipvsadm(8)). */
export function describeSetting(name: SettingName, value: string): string {
  if (name.startsWith(sysctlPrefix)) return `sysctl -w ${name}=${value.includes(' ') ? `"${value}"` : value}`;
  const seconds = timeoutNames.map((each) => (name === `timeout ${each}` ? value : '0'));
  return `ipvsadm --set ${seconds.join(' ')}`;
}
