// Everything that the doctor looks at, in the order in which it tells of it. One line an examination; each has a file of
// its own in findings/.
import type { Facts } from './facts.ts';
import type { Examination } from './finding.ts';
import { floating } from './findings/floating.ts';
import { modules } from './findings/modules.ts';
import { programs } from './findings/programs.ts';
import { reversePath } from './findings/reverse-path.ts';
import { settings } from './findings/settings.ts';

export const examinations: readonly Examination<Facts>[] = [
  settings,
  reversePath,
  modules,
  floating,
  programs,
];
