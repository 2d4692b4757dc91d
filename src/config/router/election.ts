// Which VRRP a virtual router speaks, how often, and who becomes active.
import type { z } from 'zod';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { vrrpDefaults as defaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import { optional } from '../values/documented.ts';
import { duration, flag, formatDuration, scalar, whole } from '../values/scalars.ts';
import type { RouterSite } from './router-site.ts';

const version = scalar('2 or 3', (text) => (text === '2' ? 2 : text === '3' ? 3 : undefined), {
  enum: [2, 3],
});

export const electionShape = {
  version: optional(version, 'VRRP version. 2 only beside old peers.', `${defaults.version}`),
  priority: optional(
    whole(1, 255),
    'The highest becomes active; 255 is the owner of the addresses.',
    `${defaults.priority}`,
  ),
  advert_int: optional(
    duration({ minMs: 10, maxMs: 255_000, stepMs: 10 }),
    'Time between adverts. Version 3: 10ms to 40.95s; version 2: whole seconds to 255s.',
    formatDuration(defaults.advert_int),
  ),
  preempt: optional(flag(), 'Whether a higher priority takes the role back.', 'yes'),
  nopreempt: optional(flag(), 'The opposite of preempt, as keepalived spells it.'),
  preempt_delay: optional(duration({ minMs: 0, maxMs: 1_000_000 }), 'How long it waits before it does.', '0'),
  accept: optional(
    flag(),
    'Whether the active director accepts what is addressed to a VIP itself. IPVS services work either way.',
    'yes; no in strict mode',
  ),
} as const;
export type ElectionDraft = z.output<z.ZodObject<typeof electionShape>>;

type Election = Pick<
  VrrpInstanceConfig,
  'version' | 'priority' | 'advertIntervalMs' | 'preempt' | 'preemptDelayMs' | 'acceptMode'
>;

export const resolveElection = (
  draft: ElectionDraft & { readonly strict_mode?: boolean | undefined },
): Election => ({
  version: draft.version ?? defaults.version,
  priority: draft.priority ?? defaults.priority,
  advertIntervalMs: draft.advert_int ?? defaults.advert_int,
  preempt: draft.preempt ?? !(draft.nopreempt ?? !defaults.preempt),
  preemptDelayMs: draft.preempt_delay ?? defaults.preempt_delay,
  // RFC 9568 §6.1: Accept_Mode is off by default.
  acceptMode: draft.accept ?? (draft.strict_mode !== true && defaults.accept),
});

/** What the election cannot keep to, or not as its author may think. */
export function judgeElection(election: Election, draft: ElectionDraft, at: RouterSite): void {
  const { site, problems } = at;
  judgeInterval(election, at);
  if (election.priority === 255) {
    // RFC 9568 §5.2.4: 255 is for the router that owns the addresses; it never waits in Backup.
    const rule =
      'below 255 unless these addresses are its own for good, as the owner always takes them at once';
    problems.push(warningAt(site('priority'), 'let a peer keep the addresses', rule, '255'));
  }
  if (draft.preempt !== undefined && draft.nopreempt === draft.preempt) {
    const got = `preempt and nopreempt both ${draft.preempt ? 'yes' : 'no'}`;
    problems.push(errorAt(site('nopreempt'), 'use nopreempt', 'the opposite of preempt', got));
  }
  if (!election.preempt && election.preemptDelayMs > 0) {
    const got = formatDuration(election.preemptDelayMs);
    problems.push(warningAt(site('preempt_delay'), 'honour preempt_delay', 'preempt: yes beside it', got));
  }
}

function judgeInterval(
  { version, advertIntervalMs: interval }: Election,
  { site, problems }: RouterSite,
): void {
  // RFC 9568 §5.2.7: twelve bits of centiseconds. RFC 3768 §5.3.7: eight bits of seconds.
  if (version === 3 && interval > 40_950) {
    const rule = 'at most 40.95s with VRRP version 3';
    problems.push(errorAt(site('advert_int'), 'use advert_int', rule, formatDuration(interval)));
  }
  if (version === 2 && interval % 1000 !== 0) {
    const rule = 'whole seconds from 1s to 255s with VRRP version 2';
    problems.push(errorAt(site('advert_int'), 'use advert_int', rule, formatDuration(interval)));
  }
}
