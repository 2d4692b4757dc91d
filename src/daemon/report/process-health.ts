// Whether the daemon lives, and whether it does all that its configuration asks for. The main process lives where it
// answers; of the VRRP process its last word tells.
import { describeReason } from '../../journal/reasons.ts';
import type { RouterFacts } from './active-health.ts';
import { type HealthAnswer, silenceOf } from './health-answer.ts';
import { type ServiceFacts, tableAgeOf } from './service-health.ts';
import type { DaemonIdentity } from './status.ts';

export type ProcessFacts = RouterFacts &
  Pick<ServiceFacts, 'config' | 'reconcile'> & { readonly phase: DaemonIdentity['phase'] };

/** Both processes run and answer. */
export function livenessOf({ phase, configured, lastWord, now }: ProcessFacts): HealthAnswer {
  const silence = configured.length > 0 && phase === 'ready' ? silenceOf(lastWord, now) : undefined;
  return silence === undefined
    ? { ok: true, reason: `lvs-director is ${phase}` }
    : { ok: false, reason: silence };
}

/** It has started, every router takes part, and the table can be kept. Who is active is not its business. */
export function readinessOf(facts: ProcessFacts): HealthAnswer {
  const { phase, config, reconcile, now } = facts;
  const no = (reason: string): HealthAnswer => ({ ok: false, reason });
  if (phase !== 'ready') return no(`lvs-director is ${phase}`);
  const alive = livenessOf(facts);
  if (!alive.ok) return alive;
  const out = facts.configured.flatMap(({ name }) => absenceOf(name, facts));
  if (out.length > 0) return no(out.join('; '));
  const unread = config.virtuals.length > 0 ? tableAgeOf(reconcile, { config, now }) : undefined;
  return unread === undefined ? { ok: true, reason: 'lvs-director is ready' } : no(unread);
}

/** Why it takes no part in the election. */
function absenceOf(name: string, { status }: RouterFacts): readonly string[] {
  const router = status.find((each) => each.name === name);
  if (router === undefined) return [`${name} does not run`];
  const { phase, reason } = router;
  return phase === 'fault' || phase === 'initialize'
    ? [`${name} is ${phase}: ${describeReason(reason)}`]
    : [];
}
