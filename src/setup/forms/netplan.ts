// A set-up as a file of netplan's, which is merged with the others by the names of devices. What it has no words for
// (tunnels that take from everybody, rules by port) is a unit beside it. Source: the YAML reference of netplan.
import { familyOf } from '../../net/ip.ts';
import { hostLength } from '../../net/prefix.ts';
import type { Need } from '../need.ts';
import type { Step } from '../script.ts';
import { bootFiles, bootUnit, fileStep, needsOf } from './boot-files.ts';

export function netplanSteps(needs: readonly Need[], name: string): readonly Step[] {
  const steps = [...vips(needs, name), ...routes(needs, name)];
  const reread: Step = { call: 'reread netplan apply' };
  return [
    ...bootFiles(needs, name),
    ...bootUnit(needs, name),
    ...steps,
    ...(steps.length === 0 ? [] : [reread]),
  ];
}

/** Netplan refuses files that others may read. */
const secretFile = (path: string, document: readonly string[], before?: string): Step => ({
  ...fileStep(path, document, before),
  call: `file ${path} 077`,
});

function vips(needs: readonly Need[], name: string): readonly Step[] {
  const addresses = needsOf(needs, 'address').filter(({ device }) => device === 'lo');
  if (addresses.length === 0) return [];
  const lines = addresses.flatMap(({ address }) => {
    const prefix = `"${address}/${hostLength(address)}"`;
    return familyOf(address) === 'inet6' ? [`        - ${prefix}: {lifetime: 0}`] : [`        - ${prefix}`];
  });
  const head = [
    'network:',
    '  version: 2',
    '  ethernets:',
    '    lo:',
    '      match: {name: lo}',
    '      addresses:',
  ];
  return [secretFile(`/etc/netplan/90-lvs-${name}.yaml`, [...head, ...lines])];
}

function routes(needs: readonly Need[], name: string): readonly Step[] {
  const gateways = needsOf(needs, 'gateway');
  const [first] = gateways;
  if (first === undefined) return [];
  const lines = gateways.map(({ via }) => `        - {to: default, via: "${via}"}`);
  const head = ['network:', '  version: 2', '  ethernets:', '    $dev:', '      routes:'];
  const path = `/etc/netplan/90-lvs-${name}-routes.yaml`;
  return [secretFile(path, [...head, ...lines], `dev=$(way_to ${first.via})`)];
}
