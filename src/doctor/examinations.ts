// Everything that the doctor looks at, in the order in which it tells of it. One line an examination; each has a file of
// its own in findings/.
import type { Facts } from './facts.ts';
import type { Examination } from './finding.ts';
import { daemon } from './findings/daemon.ts';
import { firewall } from './findings/firewall.ts';
import { floating } from './findings/floating.ts';
import { interfaces } from './findings/interfaces.ts';
import { conntrack, ipvsSettings } from './findings/ipvs-settings.ts';
import { local } from './findings/local.ts';
import { managers } from './findings/managers.ts';
import { modules } from './findings/modules.ts';
import { clock, processes } from './findings/processes.ts';
import { programs } from './findings/programs.ts';
import { reversePath } from './findings/reverse-path.ts';
import { servers } from './findings/servers.ts';
import { settings } from './findings/settings.ts';
import { translation } from './findings/translation.ts';

export const examinations: readonly Examination<Facts>[] = [
  interfaces,
  settings,
  reversePath,
  modules,
  ipvsSettings,
  conntrack,
  floating,
  managers,
  firewall,
  translation,
  servers,
  local,
  daemon,
  processes,
  programs,
  clock,
];
