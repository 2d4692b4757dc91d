// The command that sets up one real server by its kind of forwarding: `lvs-director realserver`, and a way to that host.
import type { RealConfig } from '../../model/config/service.ts';
import { topologies } from '../../setup/need.ts';
import { forwards } from '../../setup/served.ts';
import type { Facts } from '../facts.ts';
import { quoted } from '../finding.ts';

/** To be run on this director. */
export function setUpCommand(
  { address, forward }: RealConfig,
  { config: { file }, asDirector }: Pick<Facts, 'config' | 'asDirector'>,
): string {
  const name = asDirector === undefined ? '' : ` --director ${quoted(asDirector)}`;
  const topology = topologies.find((each) => forwards[each] === forward) ?? 'dr';
  return `lvs-director realserver ${topology} -c ${quoted(file)}${name} --real ${address} | ssh ${address} sh`;
}
