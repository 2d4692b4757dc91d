// Who took the role from an active router by a higher claim: told with his address and, from the frame of his next
// advert, his link-layer address, so that one who does not belong here can be found. At warn where he was not known.
// It changes nothing of the election.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Ip } from '../../../net/ip.ts';
import type { InterfacePorts } from '../adverts/interface.ts';

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
const longestMs = 10_000;

export function createYieldingReporter(
  config: () => VrrpInstanceConfig,
  { view, emit, limit, findSenderMac }: InterfacePorts,
): (yielding: Yielding) => void {
  let looking = false;

  async function macOf({ peer, interface: device }: Yielding): Promise<string | undefined> {
    const index = view.linkNamed(device)?.index;
    if (index === undefined || findSenderMac === undefined || looking) return undefined;
    looking = true;
    try {
      return await findSenderMac(index, peer, Math.min(longestMs, intervals * config().advertIntervalMs));
    } finally {
      looking = false;
    }
  }

  async function tell(yielding: Yielding): Promise<void> {
    const mac = await macOf(yielding);
    const { name: instance, virtualRouterId: vrid } = config();
    const { peer, peerPriority: peer_priority, priority, known } = yielding;
    emit({
      ...{ event: 'vrrp.role_yielded', instance, vrid, interface: yielding.interface, peer },
      ...(mac !== undefined && { mac }),
      ...{ peer_priority, priority, known },
    });
  }

  return (yielding) => limit.note(`${config().name} ${yielding.peer} yielded`, () => void tell(yielding));
}
