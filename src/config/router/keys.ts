// One entry of `vrrp`: a virtual router, in keepalived's words. Rules that join two keys (advert_int and
// version, auth_pass and version) are judged in resolve.ts.
import { z } from 'zod';
import { vrrpDefaults as defaults } from '../defaults.ts';
import { notifyShape, trackShape } from '../tracking/keys.ts';
import { optional, required, secret } from '../values/documented.ts';
import {
  address,
  choice,
  duration,
  flag,
  formatDuration,
  leaf,
  parseDuration,
  plainName,
  whole,
} from '../values/leaves.ts';
import { floatShape } from './floating.ts';

/** The kernel's IFNAMSIZ is 16 with the closing zero byte. */
const interfaceName = leaf('an interface name of 1 to 15 characters', match(/^[^\s/]{1,15}$/), {
  type: 'string',
});

/** RFC 2338 §5.3.6: eight bytes on the wire. */
const password = leaf('a password of 1 to 8 ASCII characters', match(/^[\x21-\x7e]{1,8}$/), {
  type: 'string',
});

/** auto, off, or whole seconds; `off` is 0. */
const lease = leaf('auto, off, or a whole number of seconds from 1', readLease, {
  anyOf: [{ enum: ['auto', 'off', false] }, { type: ['integer', 'string'] }],
});

const version = leaf('2 or 3', (text) => (text === '2' ? 2 : text === '3' ? 3 : undefined), { enum: [2, 3] });

export const vrrpSchema = z.strictObject({
  name: required(plainName, 'What the log, `status` and `failover` call this virtual router.'),
  interface: optional(
    interfaceName,
    'The interface that adverts go out of and that the addresses are put on. It, or interfaces, must be given.',
  ),
  interfaces: optional(
    z.array(interfaceName, { error: 'a list of interfaces' }).min(1, { error: 'at least one interface' }),
    'Instead of interface: that one first, then further paths for adverts, such as a cable between the directors.',
  ),
  virtual_router_id: required(
    whole(1, 255),
    'The VRID: equal on both directors, different from every other on the LAN.',
  ),
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
    'yes',
  ),
  ...floatShape,
  unicast_src_ip: optional(
    address(),
    'The source address of adverts. Default: the first address of the interface.',
  ),
  source: optional(address(), 'Another spelling of unicast_src_ip.'),
  auth_pass: optional(
    secret(password),
    'Simple-text password of version 2 (RFC 2338), for peers that ask for it.',
  ),
  checksum: optional(
    choice(['rfc5798', 'rfc9568']),
    'What the checksum of a sent version-3 advert covers; both are accepted.',
    defaults.checksum,
  ),
  vip_lease: optional(
    lease,
    'Seconds for which the kernel keeps a VIP that is not renewed. auto: the smallest whole number above 3 x advert_int + 0.5 s.',
    defaults.vip_lease,
  ),
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
  ...trackShape,
  ...notifyShape,
});
export type VrrpDraft = z.output<typeof vrrpSchema>;

function match(pattern: RegExp) {
  return (text: string): string | undefined => (pattern.test(text) ? text : undefined);
}

function readLease(text: string): number | 'auto' | undefined {
  if (text === 'auto') return 'auto';
  if (text === 'off' || text === 'no' || text === 'false') return 0;
  const ms = parseDuration(text);
  return ms !== undefined && ms >= 1000 && ms % 1000 === 0 ? ms / 1000 : undefined;
}
