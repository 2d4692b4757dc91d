// Readers of what programs of this host print: ip(8).
import { parseIpAddresses, parseIpLinks, parseIpRoute } from '../../../src/doctor/facts/ip-json.ts';
import { type Target, textTarget } from '../target.ts';

const addresses =
  '[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"linkinfo":{"info_kind":"veth"},"addr_info":[{"family":"inet","local":"10.7.0.1","prefixlen":24,"label":"eth0"},{"local":"fd07::1","prefixlen":64,"dadfailed":true,"dynamic":true}]}]';
const route =
  '[{"dst":"8.8.8.8","gateway":"192.0.2.1","dev":"eth0","prefsrc":"192.0.2.2","metrics":[{"mtu":1400}]}]';

export const hostTargets: readonly Target[] = [
  textTarget(
    'ip -json',
    ['parseIpLinks', 'parseIpAddresses', 'parseIpRoute'],
    [addresses, route, '', '[null, 1]'],
    (text) => [parseIpLinks(text), parseIpAddresses(text), parseIpRoute(text)],
  ),
];
