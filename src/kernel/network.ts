// Links, addresses, routes and rules of this host over rtnetlink, and what changes of links and addresses. Requests,
// notifications of links and addresses, and those of routes and rules go over a socket each, so that a flood of one
// never delays the others.
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { NetworkChange, NetworkKernel } from '../ports/kernel.ts';
import { decodeMessages, type NetlinkMessage } from '../wire/netlink/netlink.ts';
import {
  decodeAddress,
  decodeLink,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_LINK,
} from '../wire/route/rtnetlink.ts';
import { createAddresses } from './addresses.ts';
import { createLinks } from './links.ts';
import { createNetlinkRequests } from './netlink-requests.ts';
import { createRoutes } from './routes.ts';

const GROUPS = [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR];

/** @param ports route netlink sockets, for nothing else; closed by `close`. The third is opened when it is needed. */
export function createNetworkKernel(
  ports: {
    readonly requests: NetlinkPort;
    readonly notifications: NetlinkPort;
    readonly openRoutes: () => NetlinkPort;
  },
  clock: Clock & EventLoop,
): NetworkKernel {
  const requests = createNetlinkRequests(ports.requests, clock);
  const { close: closeRoutes, ...routes } = createRoutes(requests, ports.requests.portId, ports.openRoutes);
  return {
    ...createLinks(requests),
    ...createAddresses(requests),
    ...routes,
    watch: (listener) => watch(ports.notifications, listener),
    close: () => {
      requests.close();
      ports.notifications.close();
      closeRoutes();
    },
  };
}

/** After an error of the socket, and after a datagram that cannot be read, only a fresh look tells the truth. */
function watch(port: NetlinkPort, listener: (change: NetworkChange) => void): void {
  port.onReceived((datagram) => {
    const messages = decodeMessages(datagram);
    if (messages === undefined) return listener({ type: 'resync' });
    for (const message of messages) {
      const change = decodeChange(message);
      if (change !== undefined) listener(change);
    }
  });
  port.onError(() => listener({ type: 'resync' }));
  for (const group of GROUPS) port.joinGroup(group);
}

function decodeChange(message: NetlinkMessage): NetworkChange | undefined {
  if (message.type === RTM_NEWLINK || message.type === RTM_DELLINK) {
    const link = decodeLink(message.payload);
    if (link === undefined) return undefined;
    return message.type === RTM_NEWLINK
      ? { type: 'linkChanged', link }
      : { type: 'linkRemoved', index: link.index, name: link.name };
  }
  if (message.type !== RTM_NEWADDR && message.type !== RTM_DELADDR) return undefined;
  const address = decodeAddress(message.payload);
  if (address === undefined) return undefined;
  return { type: message.type === RTM_NEWADDR ? 'addressAdded' : 'addressRemoved', address };
}
