// `checks`: several checks of a server in place of one, at a service for all its servers or at one of them. Each is written
// with the keys that a service has for its own; what it leaves out is its server's, else its service's
// (model/checks/checks-of.ts). All must find a server up: keepalived's real_server with several checkers.
import * as z from 'zod';
import type { OneOfChecks, VirtualConfig } from '../../model/config/service.ts';
import { checkKeys, customaryLogin, saidOfCheck } from '../checks/check.ts';
import { judgeTls } from '../checks/tls.ts';
import { errorAt } from '../problem.ts';
import type { Resolution, Site } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { explainPattern } from '../values/receive-pattern.ts';
import { judgeFall, saidOfTiming, timingShape } from './timing.ts';

const { agent_port: _agentPort, ...ownCheckKeys } = checkKeys;
const { slow_start: _slowStart, ...ownTimes } = timingShape;

const oneOfChecksSchema = z.strictObject({ ...ownCheckKeys, ...ownTimes });
export type OneOfChecksDraft = z.output<typeof oneOfChecksSchema>;
export type ChecksDraft = { readonly checks?: readonly (OneOfChecksDraft | undefined)[] | undefined };

/** At a service and at a server. */
export const checksOfServiceShape = {
  checks: optional(
    z.array(oneOfChecksSchema.optional()),
    'Several checks in place of one, each with keys of its own: a server is up when all of them find it up.',
  ),
} as const;
export const checksOfServerShape = {
  checks: optional(z.array(oneOfChecksSchema.optional()), "Instead of the service's check or checks."),
} as const;

export const saidOfOne = (draft: OneOfChecksDraft, { environment }: Pick<Resolution, 'environment'>) => ({
  ...customaryLogin(draft, environment),
  ...saidOfCheck(draft),
  ...saidOfTiming(draft),
});

/** Absent where there is no list. @param site where the list stands, or what is in it */
export function resolveChecks(
  { checks = [] }: ChecksDraft,
  service: Pick<VirtualConfig, 'checktype'>,
  site: Site,
  resolution: Resolution,
): { readonly checks?: readonly OneOfChecks[] } {
  const list = checks.flatMap((draft, index) => {
    if (draft === undefined) return [];
    judgeOne(draft, (...path) => site(index, ...path), resolution);
    return [saidOfOne(draft, resolution)];
  });
  if (list.length === 0) return {};
  if (service.checktype.kind === 'off') {
    const rule = 'a service that is checked';
    resolution.problems.push(errorAt(site(), 'use checks', rule, 'checktype off'));
  }
  return { checks: list };
}

/** What stands in the way of a configuration; what has no effect is judge-checks.ts's. */
function judgeOne(draft: OneOfChecksDraft, site: Site, resolution: Resolution): void {
  const { problems } = resolution;
  judgeFall(draft, site('fall'), resolution);
  if (draft.checktype?.kind === 'off') {
    const rule = 'a check that is made; off is said of a whole service';
    problems.push(errorAt(site('checktype'), 'use one of checks', rule, 'off'));
  }
  const judgePattern = (pattern = '', ...path: readonly (string | number)[]) => {
    const rule = explainPattern(pattern);
    if (rule !== undefined) problems.push(errorAt(site(...path), 'compile receive', rule, pattern));
  };
  judgeTls(draft, site, resolution);
  judgePattern(draft.receive, 'receive');
  for (const [index, url] of (draft.urls ?? []).entries()) {
    judgePattern(url?.receive, 'urls', index, 'receive');
  }
}
