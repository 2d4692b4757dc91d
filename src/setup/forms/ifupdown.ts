// A set-up as a file for Debian's ifupdown: its addresses come with lo, its routes with the device towards the
// director; tunnels and rules are a unit beside it. Source: interfaces(5).
import { familyOf, type Ip } from '../../net/ip.ts';
import type { Need } from '../need.ts';
import type { Step } from '../script.ts';
import { bootFiles, bootUnit, fileStep, hostLength, needsOf } from './boot-files.ts';

export function ifupdownSteps(needs: readonly Need[], name: string): readonly Step[] {
  return [...bootFiles(needs, name), ...bootUnit(needs, name), ...vips(needs, name), ...routes(needs, name)];
}

const inetOf = (address: Ip): string => familyOf(address);

function vips(needs: readonly Need[], name: string): readonly Step[] {
  const addresses = needsOf(needs, 'address').filter(({ device }) => device === 'lo');
  if (addresses.length === 0) return [];
  const stanzas = addresses.flatMap(({ address }) => [
    `iface lo ${inetOf(address)} static`,
    `  address ${address}/${hostLength(address)}`,
    ...(familyOf(address) === 'inet6' ? ['  preferred-lifetime 0', '  dad-attempts 0'] : []),
  ]);
  return [fileStep(`/etc/network/interfaces.d/lvs-${name}`, ['auto lo', ...stanzas])];
}

function routes(needs: readonly Need[], name: string): readonly Step[] {
  const gateways = needsOf(needs, 'gateway');
  const [first] = gateways;
  if (first === undefined) return [];
  const lines = gateways.flatMap(({ via }) => [
    `iface $dev ${inetOf(via)} manual`,
    `  up ip ${familyOf(via) === 'inet' ? '-4' : '-6'} route replace default via ${via}`,
  ]);
  return [fileStep(`/etc/network/interfaces.d/lvs-${name}-routes`, lines, `dev=$(way_to ${first.via})`)];
}
