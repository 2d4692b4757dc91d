// Files of those who keep the network of this host and name a floating address: they set it at a boot, or whenever they
// look, whoever is active.
import { parseIp } from '../../net/ip.ts';
import type { Facts } from '../facts.ts';
import type { Examination, Finding } from '../finding.ts';
import { floatingOf, servicesAt } from '../services.ts';

export const managers: Examination<Facts> = {
  subject: 'files of systemd-networkd, NetworkManager, ifupdown and netplan',
  names: ['vip-in-network-files'],
  examine: ({ config, networkFiles }) =>
    networkFiles.flatMap(({ path, manager, text }) => {
      const named = addressesIn(text);
      return floatingOf(config)
        .filter(({ entry }) => named.has(entry.address))
        .map(
          ({ entry, router }): Finding => ({
            ...{ name: 'vip-in-network-files', level: 'fault', services: servicesAt(config, entry.address) },
            what: `${path} gives ${entry.address} to this host by ${manager}; virtual router ${router} holds it`,
            why: 'it is there at every boot, and stays when another director is active: both answer for it',
            advice: `take ${entry.address} out of ${path}, let ${manager} read it again, and take the address away where this director is not active`,
          }),
        );
    }),
};

/** Of lines that are no comments. A default gateway is no address of ours. */
export function addressesIn(text: string): ReadonlySet<string> {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*[#;]|gateway|\bvia\b|dns|nameserver|route/i.test(line));
  const words = lines.flatMap((line) => line.split(/[\s=,;"'[\]]+/));
  return new Set(words.flatMap((word) => parseIp(word.replace(/\/\d+$/, '')) ?? []));
}
