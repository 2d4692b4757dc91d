// The command that sets up one real server by its kind of forwarding: `lvs-director realserver`, and a way to that host.
import type { Config } from '../../model/config/config.ts';
import type { RealConfig } from '../../model/config/service.ts';
import { topologies } from '../../setup/need.ts';
import { forwards } from '../../setup/served.ts';
import { quoted } from '../finding.ts';

/** To be run on this director. */
export function setUpCommand({ address, forward }: RealConfig, { file }: Pick<Config, 'file'>): string {
  const topology = topologies.find((each) => forwards[each] === forward) ?? 'dr';
  return `lvs-director realserver ${topology} -c ${quoted(file)} --real ${address} | ssh ${address} sh`;
}
