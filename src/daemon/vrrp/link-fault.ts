// Why nothing can be reached over an interface, as one word of the log.
import type { FullReason } from '../../model/vrrp.ts';
import type { Link } from '../../net/link.ts';

export type LinkFault = 'interface_missing' | 'link_down' | 'no_carrier' | 'settling';

export function linkFaultOf(link: Link | undefined): LinkFault | undefined {
  if (link === undefined) return 'interface_missing';
  if (link.settling) return 'settling';
  if (!link.up) return 'link_down';
  return link.running ? undefined : 'no_carrier';
}

/** With the interface, where it is not the instance's own. */
export const describeFault = (device: string, fault: LinkFault): FullReason => `${fault}: ${device}`;
