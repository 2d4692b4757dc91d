// Modules of the kernel that services need: what `lvs-director director` loads (setup/director-needs.ts). A kernel whose
// modules cannot be listed may have more: of it nothing is said.
import { directorNeeds } from '../../setup/director-needs.ts';
import { topologies } from '../../setup/need.ts';
import { servedBy } from '../../setup/served.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { nameOf } from '../services.ts';

export const modules: Examination<Facts> = {
  subject: 'modules of the kernel',
  names: ['module-missing'],
  examine: ({ config, modules: present }) => {
    if (present === undefined) return [{ unlooked: 'modules: this kernel has no list of them here' }];
    const schedulers = config.virtuals.map(({ scheduler }) => scheduler);
    const needs = topologies.flatMap((topology) =>
      directorNeeds(topology, { served: servedBy(config, topology), schedulers, fullNat: false }),
    );
    const names = [...new Set(needs.flatMap((need) => (need.need === 'module' ? [need.name] : [])))];
    if (config.virtuals.length === 0) return [];
    return names
      .filter((name) => !present.has(name))
      .map((name): Finding => {
        const users = config.virtuals.filter(
          ({ scheduler }) => name === 'ip_vs' || name === `ip_vs_${scheduler.replaceAll('-', '_')}`,
        );
        return {
          ...{ name: 'module-missing', level: 'fault', services: users.map(nameOf) },
          what: `the kernel has no module ${name}, neither loaded nor there to be loaded`,
          why: name === 'ip_vs' ? 'without it nothing is balanced' : 'the kernel refuses the service',
          command: `modprobe ${quoted(name)}`,
          advice: "install the kernel's extra modules (Debian: linux-image-ARCH, not the cloud kernel)",
        };
      });
  },
};
