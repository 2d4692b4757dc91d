// Where a check goes and where it leaves this director: an address that is not the server's own, a source address and port, an
// interface, a firewall mark. keepalived's connect_ip, bindto, bind_port, bind_if and fwmark of a checker.
import type { z } from 'zod';
import type { CheckBinding, CheckConfig } from '../../model/config/check.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { familyOf, type Ip } from '../../net/ip.ts';
import type { Warn } from '../problem.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { address, interfaceName, whole } from '../values/scalars.ts';

export const bindShape = {
  checkaddress: optional(address(), "The address to check. Default: the server's own."),
  bind_address: optional(address(), 'The source address of a check. Unset: as the routes say.'),
  bind_port: optional(
    whole(1, 65535),
    'The source port of a check, for firewalls that go by it. Unset: any that is free.',
  ),
  bind_interface: optional(
    interfaceName,
    'The interface that a check goes out by. Unset: as the routes say.',
  ),
  bind_mark: optional(
    whole(1, 0xffff_ffff),
    'The firewall mark of the packets of a check, for rules that route by it.',
  ),
} as const;
type BindDraft = z.output<z.ZodObject<typeof bindShape>>;

/** Each key by itself, so that one check of several may have another mark than its service. */
export function saidOfBind(draft: BindDraft): Partial<Pick<CheckConfig, 'checkaddress' | 'bind'>> {
  const bind: CheckBinding = present({
    address: draft.bind_address,
    port: draft.bind_port,
    interface: draft.bind_interface,
    mark: draft.bind_mark,
  });
  return {
    ...present({ checkaddress: draft.checkaddress }),
    ...(Object.keys(bind).length > 0 && { bind }),
  };
}

/** Where it cannot go from there: no packet has a source of the one family and a destination of the other. */
export function judgeBind(virtual: VirtualConfig, _draft: unknown, warn: Warn): void {
  const { bind, checkaddress, reals } = virtual;
  const source = bind?.address;
  if (source === undefined) return;
  const there = checkaddress ?? reals.find(({ address: each }) => isOther(each, source))?.address;
  if (there === undefined || !isOther(there, source)) return;
  const family = familyOf(there) === 'inet' ? 'IPv4' : 'IPv6';
  warn('bind_address', 'use bind_address', `an ${family} address, as ${there} is one`, source);
}

const isOther = (one: Ip, other: Ip): boolean => familyOf(one) !== familyOf(other);
