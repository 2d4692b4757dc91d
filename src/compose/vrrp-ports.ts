// What the VRRP process, and the main process in its place, stand on on this machine: the real clock, sockets
// and kernel. Imports nothing that either does not need, because the VRRP process must start fast.
import { memoryOf } from '../daemon/vrrp/holdings/claim-record.ts';
import type { VrrpPorts } from '../daemon/vrrp/vrrp-ports.ts';
import { createNetworkKernel } from '../kernel/network.ts';
import { createFilterKernel } from '../kernel/nftables.ts';
import { systemClock } from '../system/clock.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { openAnswerSocket } from '../system/sockets/answer-socket.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import { openFrameSocket } from '../system/sockets/packet-socket.ts';
import { openVrrpSocket } from '../system/sockets/raw-socket.ts';
import { openVrrpSocketInet6 } from '../system/sockets/raw-socket-inet6.ts';
import { findSenderMac } from '../system/sockets/sender-mac.ts';
import { claimMemoryIn } from './claim-memory.ts';

/**
 * @param stateDir undefined: nothing is to outlive this process.
 * @throws ErrnoException where the kernel refuses a netlink socket. Its `network` is to be closed.
 */
export function openVrrpPorts(stateDir?: string): VrrpPorts {
  const netlink = {
    requests: openNetlinkSocket('route'),
    notifications: openNetlinkSocket('route'),
    openRoutes: () => openNetlinkSocket('route'),
  };
  return {
    clock: systemClock,
    network: createNetworkKernel(netlink, systemClock),
    openVrrpSocket: (device, channel) =>
      channel.family === 'inet'
        ? openVrrpSocket(device, systemClock, channel)
        : openVrrpSocketInet6(device, channel, systemClock),
    openFrameSocket,
    openAnswerSocket: (device, family) => openAnswerSocket(device, family, systemClock),
    findSenderMac,
    sysctl: systemSysctl,
    memory: stateDir === undefined ? memoryOf() : claimMemoryIn(stateDir),
    filter: createFilterKernel(() => openNetlinkSocket('netfilter'), systemClock),
  };
}
