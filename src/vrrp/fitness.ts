// What it means for a router that it can take part in the election now, or cannot: nothing while that is as it was, else
// an event. Whether it can is found out by the shell (daemon/vrrp/router/fitness.ts); what follows is step.ts's.
import type { Phase } from '../model/vrrp.ts';
import type { Event } from './types.ts';

/** Unfit by its interface, its source address or its macvlan; or by what it tracks, its interface being well. */
export type FitnessVerdict = 'link_failed' | 'track_failed' | 'fit';

type FitnessEvent = Extract<
  Event,
  { readonly type: 'linkDown' | 'linkUp' | 'trackFailed' | 'trackRecovered' }
>;

/** @param linkFailed at any time since it was fit last: that is what it comes back from. */
export function fitnessEvent(
  phase: Phase,
  verdict: FitnessVerdict,
  linkFailed: boolean,
): FitnessEvent | undefined {
  if (verdict !== 'fit') {
    if (phase === 'fault') return undefined;
    return { type: verdict === 'link_failed' ? 'linkDown' : 'trackFailed' };
  }
  if (phase === 'fault') return { type: linkFailed ? 'linkUp' : 'trackRecovered' };
  return phase === 'leaving' ? { type: 'trackRecovered' } : undefined;
}
