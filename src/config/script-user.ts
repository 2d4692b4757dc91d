// script_user where no program goes by it: each names a user, or there is none. What programs there are is said by those of
// services (service/programs.ts) and of virtual routers (tracking/programs.ts).
import { checksOf, checksOfService } from '../model/checks/checks-of.ts';
import { kindsOf } from '../model/checks/chosen.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import { warningAt } from './problem.ts';
import type { Resolution } from './resolution.ts';
import { type FifosDraft, fifosRunAsScriptUser } from './tracking/fifos.ts';
import { type RouterPrograms, routersRunAsScriptUser } from './tracking/programs.ts';

type Draft = RouterPrograms & FifosDraft & { readonly quorum_user?: string | undefined };

export function judgeScriptUser(
  draft: Draft,
  virtuals: readonly VirtualConfig[],
  { problems, sites }: Pick<Resolution, 'problems' | 'sites'>,
): void {
  const { script_user: user } = draft;
  // Where something is wrong a program may be missing for that.
  if (user === undefined || problems.some(({ severity }) => severity === 'error')) return;
  if (routersRunAsScriptUser(draft) || fifosRunAsScriptUser(draft) || virtuals.some(runsAsScriptUser)) return;
  problems.push(warningAt(sites('script_user'), 'use script_user', 'a program that names no user', 'none'));
}

type Told = { readonly up?: unknown; readonly down?: unknown; readonly user?: string };

/** A file may bring servers with programs of their own. */
const runsAsScriptUser = (virtual: VirtualConfig): boolean =>
  virtual.realFile !== undefined ||
  virtual.fallbackcommand !== undefined ||
  runsUnnamed(virtual.quorum) ||
  [...virtual.reals, ...(virtual.namedReals ?? [])].some(({ notify }) => runsUnnamed(notify)) ||
  checksIn(virtual).some((each) => kindsOf(each).includes('external') && each.checkuser === undefined);

const runsUnnamed = (told: Told | undefined): boolean =>
  told !== undefined && (told.up !== undefined || told.down !== undefined) && told.user === undefined;

const checksIn = (virtual: VirtualConfig): readonly VirtualConfig[] => [
  ...checksOfService(virtual),
  ...virtual.reals.flatMap((real) => checksOf(virtual, real).map((each) => each.virtual)),
];
