// What IPVS holds beside its table, for the terminal: one line each, and what the kernel refuses.
import type { SettingsStatus } from '../daemon/report/status.ts';

export function formatSettings({ settings, syncDaemons, refused }: SettingsStatus): string[] {
  const rows = settings.map(({ name, wanted, held }) =>
    held === wanted ? `${name} = ${held}` : `${name} = ${held ?? 'nothing'}, ${wanted} is wanted`,
  );
  return [
    ...refused.map((text) => `The kernel refuses: ${text}`),
    ...(rows.length === 0 ? [] : [`Kept in IPVS: ${rows.join('; ')}`]),
    ...syncDaemons.map((daemon) => `Connections are synchronised: ${daemon}`),
  ];
}
