// Whether this director is the active one, for load balancers and scripts that have to go where the addresses are. Yes is
// said only of a router that is active by a word of the VRRP process that is young enough, has sent an advert since a peer
// could have taken over, whose addresses have their lease, and are there. One that hands over is not active any more.
import { describeReason } from '../../journal/reasons.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Micros } from '../../ports/clock.ts';
import { activeDownInterval } from '../../vrrp/timers.ts';
import type { VrrpInstanceStatus } from '../vrrp/messages.ts';
import type { LastWord } from '../vrrp/reported.ts';
import { allOf, type HealthAnswer, seconds, silenceOf } from './health-answer.ts';

export type RouterFacts = {
  readonly now: Micros;
  readonly configured: readonly VrrpInstanceConfig[];
  readonly status: readonly VrrpInstanceStatus[];
  readonly problems: readonly string[];
  readonly lastWord: LastWord;
};

/** @param about a router, a sync group, or a virtual address. @returns undefined where nothing is called so. */
export function activeHealthOf(about: string, facts: RouterFacts): HealthAnswer | undefined {
  const called = routersCalled(facts.configured, about);
  if (called.length === 0) return undefined;
  const silence = silenceOf(facts.lastWord, facts.now);
  if (silence !== undefined) return { ok: false, reason: `${about}: ${silence}` };
  return allOf(called.map((router) => judgeActive(router, facts)));
}

/** By its very name; else those of the sync group, or with the address, that is called so. */
export function routersCalled(
  configured: readonly VrrpInstanceConfig[],
  about: string,
): readonly VrrpInstanceConfig[] {
  const named = configured.filter(({ name }) => name === about);
  if (named.length > 0) return named;
  return configured.filter(
    ({ syncGroup, virtualAddresses, excludedAddresses = [] }) =>
      syncGroup === about ||
      [...virtualAddresses, ...excludedAddresses].some(({ address }) => address === about),
  );
}

function judgeActive(router: VrrpInstanceConfig, facts: RouterFacts): HealthAnswer {
  const { name } = router;
  const no = (reason: string): HealthAnswer => ({ ok: false, reason: `${name} ${reason}` });
  const status = facts.status.find((each) => each.name === name);
  if (status === undefined) return no(`does not run${problemOf(facts.problems)}`);
  if (status.phase !== 'active') return no(`is ${status.phase}: ${whyNot(status)}`);
  const lastAdvertAt = facts.lastWord.lastAdvertAt.get(name) ?? 0;
  const silentUs = facts.now - lastAdvertAt;
  const limitUs = advertMaxUs(router, status.priority);
  if (lastAdvertAt === 0) return no('is active, but has sent no advert yet');
  if (silentUs > limitUs) {
    const times = `${seconds(silentUs / 1000)} ago: expected one in ${seconds(limitUs / 1000)}`;
    return no(`sent its last advert ${times}, or a peer takes over`);
  }
  const { missing = [] } = status;
  if (status.addresses.length === 0 && router.virtualAddresses.length > 0) {
    return no(`is active, but holds no address: ${reasonOf(missing)}`);
  }
  const lacks = missing.map(({ what }) => what).join(', ');
  return { ok: true, reason: `${name} is active${lacks === '' ? '' : `, without ${lacks}`}` };
}

/** How the snapshot gets here, and what it waits for at either end. */
const tellingUs = 100_000;

/** As long as no peer may take over (RFC 9568 §6.1), and the addresses have their lease. */
function advertMaxUs(
  { version, advertIntervalMs, vipLeaseSec }: VrrpInstanceConfig,
  priority: number,
): Micros {
  const downUs = activeDownInterval(version, priority, advertIntervalMs * 1000);
  return tellingUs + (vipLeaseSec === 'off' ? downUs : Math.min(downUs, vipLeaseSec * 1_000_000));
}

function whyNot({ phase, active, reason }: VrrpInstanceStatus): string {
  if (phase === 'backup' && active !== undefined) return `${active.address} is active`;
  return describeReason(reason);
}

const reasonOf = (missing: NonNullable<VrrpInstanceStatus['missing']>): string =>
  missing.map(({ what, reason }) => `${what}: ${describeReason(reason)}`).join(', ') || 'none is there yet';

const problemOf = ([first]: readonly string[]): string => (first === undefined ? '' : `: ${first}`);
