// What a mail says of one change: ldirectord's words for servers and fallbacks, as filters of many years know them, and
// keepalived's for virtual routers and quorums. Pure. Sources: ldirectord (_restore_service, _remove_service,
// purge_untracked_service), keepalived/core/smtp.c, keepalived/vrrp/vrrp_notify.c.
import type { FallbackConfig, VirtualConfig } from '../../model/config/service.ts';
import type { ServiceId } from '../../model/ipvs.ts';
import { formatEndpoint } from '../../net/endpoint.ts';

export type MailLine = {
  /** ldirectord's log text; stands alone in the subject where it is the only change. */
  readonly text: string;
  /** Why, in our words. */
  readonly reason?: string;
  /** Of whom: the servicename, or the director. */
  readonly tag?: string;
  readonly comment?: string;
};

export type ServerChange = {
  readonly real: string;
  readonly becomes: 'up' | 'down';
  /** Whether it had an entry in the table before, if with weight 0. */
  readonly wasThere: boolean;
  readonly weight: number;
  readonly detail: string;
};

/** "192.168.6.240:80"; the number of a mark. */
const virtualOf = (id: ServiceId): string => (id.kind === 'fwmark' ? String(id.fwmark) : formatEndpoint(id));

type Told = Pick<VirtualConfig, 'id' | 'servicename' | 'comment'>;

/** An empty name is none in Perl. */
const ofService = ({ servicename, comment }: Told) => ({
  ...(servicename && { tag: servicename }),
  ...(comment && { comment }),
});

export function serverLine(virtual: VirtualConfig, change: ServerChange): MailLine {
  const { real, becomes, wasThere, weight, detail } = change;
  const server = `real server: ${real} (${virtualOf(virtual.id)})`;
  const of = { reason: detail, ...ofService(virtual) };
  if (becomes === 'up')
    return { text: `${wasThere ? 'Restored' : 'Added'} ${server} (Weight set to ${weight})`, ...of };
  return { text: virtual.quiescent ? `Quiescent ${server} (Weight set to 0)` : `Deleted ${server}`, ...of };
}

export const purgeLine = (virtual: Told, real: string, when: 'stop' | 'start'): MailLine => ({
  ...{ text: `Purged real server (${when}): ${real} (${virtualOf(virtual.id)})`, ...ofService(virtual) },
});

export const reminderLine = (virtual: Told, real: string): MailLine => ({
  ...{ text: `Inaccessible real server: ${real} (${virtualOf(virtual.id)})`, ...ofService(virtual) },
});

/** @param reason absent: it serves no longer. */
export function fallbackLine(
  virtual: Told & { readonly fallbacks: readonly FallbackConfig[] },
  fallback: string,
  reason?: string,
): MailLine {
  const server = `fallback server: ${fallback} (${virtualOf(virtual.id)})`;
  const text = reason === undefined ? `Deleted ${server}` : `Added ${server} (Weight set to 1)`;
  return { text, ...(reason !== undefined && { reason }), ...ofService(virtual) };
}

export const quorumLine = (virtual: Told, isUp: boolean, reason: string): MailLine => ({
  ...{
    text: `Virtualserver ${virtualOf(virtual.id)} - ${isUp ? 'UP' : 'DOWN'}`,
    reason,
    ...ofService(virtual),
  },
});

/** As keepalived has them. */
export type RouterState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP';

const entering: Readonly<Record<RouterState, string>> = {
  MASTER: 'Entering MASTER state',
  BACKUP: 'Entering BACKUP state',
  FAULT: 'Entering FAULT state',
  STOP: 'Stopping',
};

export const routerLine = (
  director: string,
  {
    instance,
    state,
    reason,
  }: { readonly instance: string; readonly state: RouterState; readonly reason: string },
): MailLine => ({ text: `VRRP Instance ${instance} - ${entering[state]}`, reason, tag: director });
