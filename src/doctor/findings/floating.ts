// Floating addresses as they lie on this director beside what the config says: which device, and which length of prefix.
// Where the config gives no length, the kernel has one of 32 or 128 bits.
import { hostLength } from '../../net/prefix.ts';
import type { AddressFact, Facts } from '../facts.ts';
import { type Examination, type Finding, quoted } from '../finding.ts';
import { type Floating, floatingOf, servicesAt } from '../services.ts';

export const floating: Examination<Facts> = {
  subject: 'where the floating addresses lie',
  names: ['vip-on-lo', 'vip-on-other-device', 'vip-prefix'],
  examine: (facts) =>
    floatingOf(facts.config).flatMap((held) =>
      facts.addresses
        .filter(({ address }) => address === held.entry.address)
        .flatMap((found) => judge(held, found, facts) ?? []),
    ),
};

function judge(held: Floating, found: AddressFact, { config, links }: Facts): Finding | undefined {
  const { entry, device, router } = held;
  const services = servicesAt(config, entry.address);
  const place = `${found.address}/${found.length}`;
  const remove = `ip address del ${place} dev ${quoted(found.device)}`;
  const what = `${place} is on ${found.device}; virtual router ${router} holds it as ${entry.address}/${entry.length} on ${device}`;
  if (links.some(({ name, loopback }) => name === found.device && loopback)) {
    // A director that is a real server of the other one has it there, and is silent (arp_ignore).
    return {
      ...{ name: 'vip-on-lo', level: 'fault', services, what, command: remove },
      why: 'this director answers for it whoever is active, and takes for itself what it should send on',
    };
  }
  if (found.device !== device) {
    return {
      ...{ name: 'vip-on-other-device', level: 'fault', services, what, command: remove },
      why: 'somebody else has set it as well: it stays here when another director is active, and both answer',
    };
  }
  if (found.length === entry.length) return undefined;
  const isWider = found.length < entry.length && entry.length === hostLength(entry.address);
  return {
    ...{ name: 'vip-prefix', level: 'warning', services, what, command: remove },
    why: isWider
      ? 'a wider prefix brings a route to that network, and the address may become the source of what this director itself sends'
      : 'somebody else has set it as well: it stays here when another director is active',
  };
}
