// The keys that say how servers come back and go: hysteresis against flapping, and draining. At the top level for all
// services, or in one for itself.
import { virtualDefaults as defaults } from '../defaults.ts';
import { optional } from '../values/documented.ts';
import { duration, formatDuration, whole } from '../values/leaves.ts';

const dayMs = 86_400_000;

export const stayShape = {
  flap_hold: optional(
    duration({ minMs: 100, maxMs: dayMs }),
    'How long a flapping server is held out when it comes back; each further fall doubles it. Unset: not at all.',
  ),
  flap_count: optional(
    whole(2, 1000),
    'With flap_hold: so many falls within flap_window make a server a flapping one.',
    `${defaults.flap_count}`,
  ),
  flap_window: optional(
    duration({ minMs: 1000, maxMs: dayMs }),
    'With flap_hold: how long a fall counts. Each time that a server stays up so long halves its next hold.',
    formatDuration(defaults.flap_window),
  ),
  flap_hold_max: optional(
    duration({ minMs: 100, maxMs: dayMs }),
    'With flap_hold: no hold is longer.',
    formatDuration(defaults.flap_hold_max),
  ),
  drain_timeout: optional(
    duration({ minMs: 0, maxMs: 7 * dayMs }),
    'How long a server that is no longer configured may keep its connections, at weight 0, before it is removed.',
    '0',
  ),
};
