// What a refusal of the kernel means, behind the kernel's own words: IPVS gives a number and no more, one for several
// causes. Source: net/netfilter/ipvs/ip_vs_ctl.c (Linux 6.1), by the function that answers.

import {
  type Destination,
  type Operation,
  type ServiceId,
  serviceFamily,
  type VirtualService,
} from '../model/ipvs.ts';
import { familyOf } from '../net/ip.ts';
import type { KernelError } from '../ports/kernel.ts';

/** "no such entry: the kernel has no scheduler twos (module ip_vs_twos)" */
export function explainRefusal(operation: Operation, { code, message }: KernelError): string {
  const meaning = meaningOf(operation, code);
  return meaning === undefined ? message : `${message}: ${meaning}`;
}

function meaningOf(operation: Operation, code: string): string | undefined {
  switch (operation.type) {
    case 'addService':
    case 'editService':
      return aboutService(operation.service, code);
    case 'addDestination':
    case 'editDestination':
      return aboutDestination(operation.service, operation.destination, code);
    case 'deleteService':
    case 'deleteDestination':
      return undefined;
  }
}

/**
 * ip_vs_add_service, ip_vs_edit_service. The kernel itself loads a module that is there (request_module), also for one
 * without CAP_SYS_MODULE; not with kernel.modules_disabled=1.
 */
function aboutService({ scheduler, persistenceEngine }: VirtualService, code: string): string | undefined {
  if (code === 'EEXIST') return 'somebody else added it';
  if (code !== 'ENOENT') return undefined;
  const engine = persistenceEngine === undefined ? '' : `, or no persistence engine ${persistenceEngine}`;
  return `the kernel has no scheduler ${scheduler} (module ip_vs_${scheduler})${engine}`;
}

/** ip_vs_genl_set_cmd, ip_vs_add_dest, ip_vs_new_dest. */
function aboutDestination(id: ServiceId, destination: Destination, code: string): string | undefined {
  if (code === 'EEXIST') return 'somebody else added it';
  if (code === 'ERANGE') return 'a lower threshold above the upper one';
  if (code !== 'EINVAL') return undefined;
  if (familyOf(destination.address) !== serviceFamily(id)) {
    // The state of the sync daemons is checked with every such server: sync_state.
    return 'a server of another family needs ipip, and no sync daemon may run';
  }
  return 'a server needs a unicast address that is not link-local';
}
