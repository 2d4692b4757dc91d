// Settings of the kernel that `lvs-director director` makes (setup/director-needs.ts), compared with those that are: one
// finding a setting, with every device that has it wrong.
import { type Family, familyOf } from '../../net/ip.ts';
import { directorNeeds } from '../../setup/director-needs.ts';
import { type Need, type Topology, topologies } from '../../setup/need.ts';
import { forwards, servedBy } from '../../setup/served.ts';
import type { Facts } from '../facts.ts';
import { type Examination, type Finding, type Level, quoted } from '../finding.ts';
import { servicesWith } from '../services.ts';

type Setting = Extract<Need, { readonly need: 'sysctl' }>;

/** By the last part of its key. */
const kinds: Readonly<Record<string, { readonly name: string; readonly level: Level }>> = {
  ip_forward: { name: 'ip-forward', level: 'fault' },
  forwarding: { name: 'ip6-forwarding', level: 'fault' },
  send_redirects: { name: 'send-redirects', level: 'warning' },
};

export const settings: Examination<Facts> = {
  subject: 'forwarding and redirects',
  names: Object.values(kinds).map(({ name }) => name),
  examine: (facts) => topologies.flatMap((topology) => examineFor(topology, facts)),
};

function examineFor(topology: Topology, facts: Facts): readonly Finding[] {
  const served = servedBy(facts.config, topology);
  if (served.servers.length === 0) return [];
  const needs = directorNeeds(topology, { served, schedulers: [], fullNat: false });
  const asked = needs.flatMap((need) => (need.need === 'sysctl' ? [need] : []));
  const last = ({ key }: Setting) => key.split('/').at(-1) ?? '';
  return [...new Set(asked.map(last))].flatMap((part) => {
    const kind = kinds[part];
    const of = asked.filter((need) => last(need) === part);
    const wrong = of.flatMap((need) => wrongKeys(need, facts).map((key) => ({ key, need })));
    const [first] = wrong;
    if (kind === undefined || first === undefined) return [];
    const family: Family = first.key.includes('/ipv6/') ? 'inet6' : 'inet';
    const services = servicesWith(
      facts.config,
      ({ address, forward }) => forward === forwards[topology] && familyOf(address) === family,
    );
    return {
      ...kind,
      ...{ services, why: first.need.why },
      what: describe(
        wrong.map(({ key }) => key),
        facts.sysctls,
        first.need.value,
      ),
      command: `sysctl -w ${wrong.map(({ key, need }) => quoted(`${key}=${need.value}`)).join(' ')}`,
    };
  });
}

/** "net/ipv4/conf/DEVICE/send_redirects is 1, expected 0, of all, eth0". */
function describe(keys: readonly string[], sysctls: Facts['sysctls'], expected: number): string {
  const [first = '', ...more] = keys;
  if (more.length === 0) return `${first} is ${sysctls[first]}, expected ${expected}`;
  const devices = keys.map((key) => key.split('/').at(-2) ?? '');
  const general = first.replace(/[^/]+\/([^/]+)$/, 'DEVICE/$1');
  return `${general} is ${sysctls[first]}, expected ${expected}, where DEVICE is ${devices.join(', ')}`;
}

/** Those that are there and are not as they should be. */
export function wrongKeys({ key, rule, value }: Setting, { sysctls, links }: Facts): readonly string[] {
  const keys = key.includes('*') ? links.map(({ name }) => key.replace('*', name)) : [key];
  return keys.filter((each) => {
    const now = sysctls[each];
    if (now === undefined) return false;
    return rule === 'exactly' ? Number(now) !== value : Number(now) < value;
  });
}
