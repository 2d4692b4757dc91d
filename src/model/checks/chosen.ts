// Which kinds of check the servers of a service get, by checktype, `service` and protocol.
// Source: docs/reference/ldirectord.md §3.1.
import type { VirtualConfig } from '../config/service.ts';
import type { CheckKind } from './checks.ts';
import { checkOf } from './services.ts';

type Chooser = Pick<VirtualConfig, 'id' | 'checktype' | 'service'>;

/** A service over anything but TCP has no connection to open: its servers are pinged. A mark tells no protocol: TCP. */
export const connectKindOf = ({ id }: Pick<Chooser, 'id'>): 'connect' | 'ping' =>
  id.kind === 'fwmark' || id.protocol === 'tcp' ? 'connect' : 'ping';

/** A service that is meant to be spoken and that nobody here speaks; of tcp a connection is all that is wanted. */
export const isUnspoken = (service: string): boolean => checkOf(service) === 'connect' && service !== 'tcp';

/** Of a service whose language nobody here speaks, whether it takes connections is still worth knowing. */
export function negotiateKindOf(chooser: Pick<Chooser, 'id' | 'service'>): CheckKind {
  return isUnspoken(chooser.service) ? connectKindOf(chooser) : checkOf(chooser.service);
}

/** The first speaks for the server alone; a second one takes turns with it. */
export function kindsOf(chooser: Chooser): readonly [main: CheckKind, between?: CheckKind] {
  const { checktype } = chooser;
  switch (checktype.kind) {
    case 'negotiate':
      return [negotiateKindOf(chooser)];
    case 'combined':
      return checktype.connects > 0
        ? [negotiateKindOf(chooser), connectKindOf(chooser)]
        : [negotiateKindOf(chooser)];
    case 'connect':
      return [connectKindOf(chooser)];
    case 'external-perl':
      return ['external'];
    default:
      return [checktype.kind];
  }
}

/** Whether an agent is asked beside the check. One that is asked for the check itself is asked once. */
export const isAgentAsked = (virtual: Chooser & Pick<VirtualConfig, 'agentPort'>): boolean =>
  virtual.agentPort !== undefined && !['agent', 'off'].includes(kindsOf(virtual)[0]);
