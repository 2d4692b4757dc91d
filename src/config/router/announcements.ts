// How often a new active says on the LAN that the addresses are its own (gratuitous ARP, unsolicited advertisements).
import type { z } from 'zod';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { vrrpDefaults as defaults } from '../defaults.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { duration, formatDuration, whole } from '../values/scalars.ts';

export const announcementShape = {
  garp_master_repeat: optional(
    whole(0, 255),
    'Gratuitous ARPs a VIP on becoming active.',
    `${defaults.garp_master_repeat}`,
  ),
  garp_master_delay: optional(
    duration({ minMs: 0 }),
    'After how long they are sent once more. 0: not.',
    formatDuration(defaults.garp_master_delay),
  ),
  garp_master_refresh: optional(duration({ minMs: 0 }), 'How often they are sent while active. 0: not.', '0'),
  garp_master_refresh_repeat: optional(
    whole(1, 255),
    'How many of them a VIP each of those times.',
    `${defaults.garp_master_refresh_repeat}`,
  ),
  garp_interval: optional(
    duration({ minMs: 0, maxMs: 10_000 }),
    'The pause between two of them. 0: none.',
    '0',
  ),
} as const;

export const resolveAnnouncements = (
  draft: z.output<z.ZodObject<typeof announcementShape>>,
): Pick<
  VrrpInstanceConfig,
  'garpRepeat' | 'garpDelayMs' | 'garpRefreshMs' | 'garpRefreshRepeat' | 'garpIntervalMs'
> => ({
  garpRepeat: draft.garp_master_repeat ?? defaults.garp_master_repeat,
  garpDelayMs: draft.garp_master_delay ?? defaults.garp_master_delay,
  garpRefreshMs: draft.garp_master_refresh ?? defaults.garp_master_refresh,
  ...present({ garpRefreshRepeat: draft.garp_master_refresh_repeat, garpIntervalMs: draft.garp_interval }),
});
