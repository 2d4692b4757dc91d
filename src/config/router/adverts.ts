// What an advert carries beside its addresses: the password of version 2, and what its checksum covers.
import type { z } from 'zod';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { vrrpDefaults as defaults } from '../defaults.ts';
import { errorAt } from '../problem.ts';
import { present } from '../resolution.ts';
import { optional, secret } from '../values/documented.ts';
import { choice, scalar } from '../values/scalars.ts';
import type { RouterSite } from './router-site.ts';

/** RFC 2338 §5.3.6: eight bytes on the wire. */
const password = scalar('a password of 1 to 8 ASCII characters', readPassword, {
  type: 'string',
});

export const advertShape = {
  auth_pass: optional(
    secret(password),
    'Simple-text password of version 2 (RFC 2338), for peers that ask for it.',
  ),
  checksum: optional(
    choice(['rfc5798', 'rfc9568']),
    'What the checksum of a sent version-3 advert covers; both are accepted.',
    defaults.checksum,
  ),
} as const;
type AdvertDraft = z.output<z.ZodObject<typeof advertShape>>;

export const resolveAdvert = (draft: AdvertDraft): Pick<VrrpInstanceConfig, 'authPass' | 'checksum'> => ({
  ...present({ authPass: draft.auth_pass }),
  checksum: draft.checksum ?? defaults.checksum,
});

export function judgeAdvert(
  version: VrrpInstanceConfig['version'],
  draft: AdvertDraft,
  { site, problems }: RouterSite,
): void {
  // RFC 5798 §9 took authentication out of version 3.
  if (version === 3 && draft.auth_pass !== undefined) {
    problems.push(errorAt(site('auth_pass'), 'use auth_pass', 'version: 2 beside it', 'version 3'));
  }
}

function readPassword(text: string): string | undefined {
  return /^[\x21-\x7e]{1,8}$/.test(text) ? text : undefined;
}
