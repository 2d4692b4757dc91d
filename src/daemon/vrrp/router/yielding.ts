// Who took the role from an active router by a higher claim: told with his address and, from the frame of his next
// advert, his link-layer address, so that one who does not belong here can be found. At warn where he was not known.
// It changes nothing of the election.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Ip } from '../../../net/ip.ts';
import type { RouterPorts } from './router-ports.ts';

export type Yielding = {
  readonly peer: Ip;
  readonly peerPriority: number;
  readonly priority: number;
  /** It had been heard of before. */
  readonly known: boolean;
  /** Over which its advert came. */
  readonly interface: string;
};

/** He is active now, and so sends one in an interval. */
const intervals = 3;

export function createYieldingReporter(
  config: () => VrrpInstanceConfig,
  { emit, limit, senderMacs }: Pick<RouterPorts, 'emit' | 'limit' | 'senderMacs'>,
): (yielding: Yielding) => void {
  async function tell(yielding: Yielding): Promise<void> {
    const { peer, peerPriority: peer_priority, priority, known, interface: over } = yielding;
    const mac = await senderMacs.find({ source: peer, over }, intervals * config().advertIntervalMs);
    const { name: instance, virtualRouterId: vrid } = config();
    emit({
      ...{ event: 'vrrp.role_yielded', instance, vrid, interface: over, peer },
      ...(mac !== undefined && { mac }),
      ...{ peer_priority, priority, known },
    });
  }

  return (yielding) => limit.note(`${config().name} ${yielding.peer} yielded`, () => void tell(yielding));
}
