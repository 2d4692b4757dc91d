// Readers of what programs of this host print: ip(8), nft(8), iptables-save(8).
import { parseIpAddresses, parseIpLinks, parseIpRoute } from '../../../src/doctor/facts/ip-json.ts';
import { parseListening } from '../../../src/doctor/facts/listening.ts';
import { parseIptablesSave } from '../../../src/doctor/firewall/iptables-save.ts';
import { parseNftRuleset } from '../../../src/doctor/firewall/nft-json.ts';
import { type Target, textTarget } from '../target.ts';

const addresses =
  '[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"linkinfo":{"info_kind":"veth"},"addr_info":[{"family":"inet","local":"10.7.0.1","prefixlen":24,"label":"eth0"},{"local":"fd07::1","prefixlen":64,"dadfailed":true,"dynamic":true}]}]';
const route =
  '[{"dst":"8.8.8.8","gateway":"192.0.2.1","dev":"eth0","prefsrc":"192.0.2.2","metrics":[{"mtu":1400}]}]';

const ruleset =
  '{"nftables":[{"chain":{"family":"ip","table":"f","name":"input","type":"filter","hook":"input","policy":"drop"}},{"set":{"family":"ip","table":"f","name":"s","elem":["10.0.0.1"]}},{"rule":{"family":"ip","table":"f","chain":"input","expr":[{"match":{"op":"==","left":{"payload":{"protocol":"tcp","field":"dport"}},"right":{"set":[80,{"range":[90,99]}]}}},{"vmap":{"key":{"ct":{"key":"state"}},"data":{"set":[["new",{"jump":{"target":"x"}}]]}}}]}}]}';
const saved =
  '*filter\n:INPUT DROP [0:0]\n:own - [0:0]\n-A INPUT ! -i lo -p tcp -m multiport --dports 80,90:99 -m comment --comment "a b" -j own\n-A own -d 10.0.0.1/32 -j ACCEPT\nCOMMIT\n';

export const hostTargets: readonly Target[] = [
  textTarget(
    'ip -json',
    ['parseIpLinks', 'parseIpAddresses', 'parseIpRoute'],
    [addresses, route, '', '[null, 1]'],
    (text) => [parseIpLinks(text), parseIpAddresses(text), parseIpRoute(text)],
  ),
  textTarget(
    'ss -lntu',
    ['parseListening'],
    ['tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:*\nudp UNCONN 0 0 [::1]%lo:53 [::]:*\n'],
    parseListening,
  ),
  textTarget('nft -j', ['parseNftRuleset'], [ruleset, '{"nftables":[]}'], parseNftRuleset),
  textTarget('iptables-save', ['parseIptablesSave'], [saved, ''], (text) => parseIptablesSave(text, 'ip')),
];
