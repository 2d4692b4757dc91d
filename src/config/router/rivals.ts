// What an active router does on the wire when another is active too, in keepalived's words: adverts between the two, and
// announcements to the neighbours, who may point to the other one. Who stays is the election's.
import type { z } from 'zod';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { duration, flag, whole } from '../values/scalars.ts';

export const rivalShape = {
  lower_prio_no_advert: optional(
    flag(),
    'Whether an active that hears a lower priority waits for its next advert, and does not send one at once. Default: no; yes in strict mode with version 2.',
  ),
  higher_prio_send_advert: optional(
    flag(),
    'Whether an active that yields to a higher priority sends one more advert, so that the other announces itself again. Default: yes; no in strict mode.',
  ),
  garp_lower_prio_repeat: optional(
    whole(0, 255),
    'Gratuitous ARPs a VIP when another active is heard and loses. 0: none.',
    'garp_master_repeat',
  ),
  garp_lower_prio_delay: optional(
    duration({ minMs: 0 }),
    'After how long they are sent once more. 0: not. Default: advert_int, 1s at least.',
  ),
} as const;
type RivalDraft = z.output<z.ZodObject<typeof rivalShape>> & { readonly strict_mode?: boolean | undefined };
type Rivalry = Pick<
  VrrpInstanceConfig,
  'assertsAtOnce' | 'saysLastWord' | 'garpLowerRepeat' | 'garpLowerDelayMs'
>;

/** RFC 9568 §6.4.3 has an active answer a lower priority at once; RFC 3768 §6.4.3 has it discard the advert. */
export function resolveRivalry(draft: RivalDraft, version: 2 | 3): Rivalry {
  const strict = draft.strict_mode === true;
  const isSilent = draft.lower_prio_no_advert ?? (strict && version === 2);
  return {
    ...(isSilent && { assertsAtOnce: false }),
    ...(!(draft.higher_prio_send_advert ?? !strict) && { saysLastWord: false }),
    ...present({
      garpLowerRepeat: draft.garp_lower_prio_repeat,
      garpLowerDelayMs: draft.garp_lower_prio_delay,
    }),
  };
}
