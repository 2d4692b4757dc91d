// Modules of the kernel that services need: what `lvs-director director` loads (setup/director-needs.ts). A kernel whose
// modules cannot be listed may have more: of it nothing is said. Those of FTP have to be loaded, as nothing does that.
import { directorNeeds } from '../../setup/director-needs.ts';
import { topologies } from '../../setup/need.ts';
import { servedBy } from '../../setup/served.ts';
import { ftpModule, modulesOf } from '../../setup/service-modules.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { nameOf } from '../services.ts';

export const modules: Examination<Facts> = {
  subject: 'modules of the kernel',
  names: ['module-missing'],
  examine: ({ config, modules: present, loadedModules }) => {
    if (present === undefined) return [{ unlooked: 'modules: this kernel has no list of them here' }];
    const wanted = config.virtuals.flatMap(modulesOf);
    const needs = topologies.flatMap((topology) =>
      directorNeeds(topology, { served: servedBy(config, topology), modules: wanted, fullNat: false }),
    );
    const names = [...new Set(needs.flatMap((need) => (need.need === 'module' ? [need.name] : [])))];
    if (config.virtuals.length === 0) return [];
    const usersOf = (name: string) =>
      config.virtuals.filter((virtual) => name === 'ip_vs' || modulesOf(virtual).includes(name)).map(nameOf);
    return names.flatMap((name): readonly Finding[] => {
      if (!present.has(name)) return [missing(name, usersOf(name))];
      const isIdle = name === ftpModule && loadedModules !== undefined && !loadedModules.has(name);
      return isIdle ? [idle(name, usersOf(name))] : [];
    });
  },
};

const missing = (name: string, services: readonly string[]): Finding => ({
  ...{ name: 'module-missing', level: 'fault', services },
  what: `the kernel has no module ${name}, neither loaded nor there to be loaded`,
  why: reasons[name] ?? 'the kernel refuses the service',
  command: `modprobe ${quoted(name)}`,
  advice: "install the kernel's extra modules (Debian: linux-image-ARCH, not the cloud kernel)",
});

const idle = (name: string, services: readonly string[]): Finding => ({
  ...{ name: 'module-missing', level: 'fault', services },
  what: `the module ${name} of the kernel is not loaded, and IPVS does not ask for it`,
  why: reasons[name] ?? '',
  command: `modprobe ${quoted(name)}`,
});

const reasons: Readonly<Record<string, string>> = {
  ip_vs: 'without it nothing is balanced',
  [ftpModule]:
    'masq servers of FTP tell clients where data are to be had: only with it does the director read that and let the second connection through',
};
