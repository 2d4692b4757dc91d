// What scripts and FIFOs are told of, and the line that a FIFO gets for it: keepalived's, to the byte. When there is something
// to tell is decided by router-states.ts and service-states.ts. Source: keepalived/vrrp/vrrp_notify.c (notify_fifo),
// keepalived/check/ipwrapper.c (notify_fifo_vs, notify_fifo_rs), keepalived/check/check_data.c (format_vs).
import type { FifoSubject } from '../../model/config/fifo.ts';
import type { ServiceId } from '../../model/ipvs.ts';
import type { Endpoint } from '../../net/endpoint.ts';

export type NotifiedState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

/** What may happen within a state. */
export type Happening = 'MASTER_RX_LOWER_PRI' | 'MASTER_PRIORITY' | 'BACKUP_PRIORITY';

/** A virtual router or a group; keepalived has no priority of a group, and says 0. */
export type RouterTold = {
  readonly kind: 'INSTANCE' | 'GROUP';
  readonly name: string;
  readonly state: NotifiedState | Happening;
  readonly priority: number;
};

/** A service, or a server of it. */
export type ServiceTold = {
  readonly service: ServiceId;
  readonly real?: Endpoint;
  readonly state: 'UP' | 'DOWN';
};

export type Told = RouterTold | ServiceTold;

export const subjectOf = (told: Told): FifoSubject => ('service' in told ? 'services' : 'routers');

/** With its line end. */
export function formatLine(told: Told): string {
  if ('kind' in told) return `${told.kind} "${told.name}" ${told.state} ${told.priority}\n`;
  const { service, real, state } = told;
  const virtual = service.kind === 'fwmark' ? `FWM ${service.fwmark}` : trio(service, service.protocol);
  if (real === undefined) return `VS ${virtual} ${state}\n`;
  const protocol = service.kind === 'fwmark' ? 'none' : service.protocol;
  return `RS ${trio(real, protocol)} ${virtual} ${state}\n`;
}

/** keepalived/lib/utils.c (inet_sockaddrtotrio) */
const trio = ({ address, port }: Endpoint, protocol: string): string => `[${address}]:${protocol}:${port}`;
