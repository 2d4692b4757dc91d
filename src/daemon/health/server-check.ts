// One check of one real server: what it asks, how often, and what it found so far. A server has one, or several that all
// must find it up (checked-server.ts). A reload changes a list of them into another, here.
import { type CheckPlan, checkPlanOf } from '../../health/checks/plan.ts';
import { questioned, type Thresholds, unverified, type VerdictState } from '../../health/verdict.ts';
import { describeTarget } from '../../model/checks/checks.ts';
import { checksOf } from '../../model/checks/checks-of.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import type { ShownResult } from '../../model/probe-result.ts';
import { hideLikely } from '../../net/hide-secrets.ts';
import { type Shown, shown } from '../../net/shown.ts';
import type { Micros } from '../../ports/clock.ts';

/** What a check said, and when. */
export type Judged = { readonly result: ShownResult; readonly at: Micros };

export type ServerCheck = {
  /** Which one, of several: "check 2 (connect to port 443)"; absent where it is the only one. */
  name: Shown | undefined;
  plan: CheckPlan;
  intervalMs: number;
  /** Names the check that it shares with equal servers of other services. */
  checkKey: string;
  limits: Thresholds;
  state: VerdictState;
  last: Judged | undefined;
  /** Percent of the weight that its server asks for itself (agent check, HTTP header). */
  weightPercent: number | undefined;
  /** In place of the configured one, as the check says (misc_dynamic). */
  weight: number | undefined;
  toldUncheckedAt: Micros | undefined;
  /** ISO 8601: of the certificate that was last shown, also where it now fails before it shows one. */
  certificateEnds?: string;
  /** The certificate that was last told of. */
  toldCertificate?: { readonly expires: string; readonly at: Micros };
};

/** Of the name of a check; the whole of it is in `check`. */
const nameLengthMax = 80;

/** Those of one server, none of which has judged it. */
export const newServerChecks = (virtual: VirtualConfig, real: RealConfig): readonly ServerCheck[] =>
  checksOf(virtual, real).map(({ virtual: service, real: server }, index, all) => {
    const plan = checkPlanOf(service, server);
    return {
      name: all.length === 1 ? undefined : nameOf(plan, index),
      plan,
      intervalMs: service.checkintervalMs,
      checkKey: JSON.stringify([plan, service.checkintervalMs]),
      limits: { rise: service.rise, fall: service.fall },
      state: unverified(false),
      ...{ last: undefined, weightPercent: undefined, weight: undefined, toldUncheckedAt: undefined },
    };
  });

function nameOf({ main: { target } }: CheckPlan, index: number): Shown {
  const lone = target.kind === 'with-agent' ? target.main : target;
  return shown(`check ${index + 1} (${shown(hideLikely(describeTarget(lone)), nameLengthMax)})`);
}

export const isNeverMade = ({ plan }: ServerCheck): boolean => plan.main.target.kind === 'off';

/** What is asked, without the times: only a change of this questions what is known of a server. */
const asks = ({ plan: { main, between } }: ServerCheck): string =>
  JSON.stringify([main.target, between?.check.target]);

/**
 * Which check of before each wanted one goes on with: the very same, else the one that asks the same, else one that is
 * not wanted any more.
 */
function predecessorsOf(
  before: readonly ServerCheck[],
  wanted: readonly ServerCheck[],
): ReadonlyMap<ServerCheck, ServerCheck> {
  const found = new Map<ServerCheck, ServerCheck>();
  const free = new Set(before);
  const likenesses = [({ checkKey }: ServerCheck) => checkKey, asks, () => ''];
  for (const likeness of likenesses) {
    for (const each of wanted) {
      if (found.has(each) || free.size === 0) continue;
      const wish = likeness(each);
      const known = [...free].find((other) => likeness(other) === wish);
      if (known === undefined) continue;
      found.set(each, known);
      free.delete(known);
    }
  }
  return found;
}

export type CheckChanges = {
  readonly checks: readonly ServerCheck[];
  /** Made from now on, and not any more; what asks otherwise than before is both. */
  readonly begun: readonly ServerCheck[];
  readonly ended: readonly ServerCheck[];
};

/** @param known what is known of the server: a check that is new does not take it out of its place before it has spoken */
export function changeChecks(
  before: readonly ServerCheck[],
  wanted: readonly ServerCheck[],
  known: VerdictState,
): CheckChanges {
  const predecessors = predecessorsOf(before, wanted);
  const checks = wanted.map((each) => {
    const old = predecessors.get(each);
    if (old === undefined) return { ...each, state: questioned(known) };
    const isSame = asks(old) === asks(each);
    const { name, plan, intervalMs, checkKey, limits } = each;
    const goesOn = { ...old, state: isSame ? old.state : questioned(old.state) };
    return Object.assign(old.checkKey === checkKey ? old : goesOn, {
      name,
      plan,
      intervalMs,
      checkKey,
      limits,
    });
  });
  return {
    checks,
    begun: checks.filter((each) => !before.includes(each)),
    ended: before.filter((each) => !checks.includes(each)),
  };
}
