// A set-up as a file for Debian's ifupdown: its addresses come with lo, its routes with the device towards the
// director; tunnels and rules are a unit beside it. Source: interfaces(5).
import { familyOf } from '../../net/ip.ts';
import { hostLength } from '../../net/prefix.ts';
import type { Need } from '../need.ts';
import { ipFlag, type Step } from '../script.ts';
import { bootFiles, bootUnit, fileStep, needsOf } from './boot-files.ts';

export function ifupdownSteps(needs: readonly Need[], name: string): readonly Step[] {
  return [...bootFiles(needs, name), ...bootUnit(needs, name), ...vips(needs, name), ...routes(needs, name)];
}

function vips(needs: readonly Need[], name: string): readonly Step[] {
  const addresses = needsOf(needs, 'address').filter(({ device }) => device === 'lo');
  if (addresses.length === 0) return [];
  const stanzas = addresses.flatMap(({ address }) => [
    `iface lo ${familyOf(address)} static`,
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
    `iface $dev ${familyOf(via)} manual`,
    `  up ip ${ipFlag(familyOf(via))} route replace default via ${via}`,
  ]);
  return [fileStep(`/etc/network/interfaces.d/lvs-${name}-routes`, lines, `dev=$(way_to ${first.via})`)];
}
