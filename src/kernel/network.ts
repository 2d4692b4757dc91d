// Links and addresses of this host over rtnetlink: read, replaced, removed, and watched; of routes and rules ours
// alone. Requests, notifications of links and addresses, and those of routes and rules go over a socket each, so that
// a flood of one never delays the others.
import type { Family } from '../net/ip.ts';
import type { Link } from '../net/link.ts';
import { ok, type Result } from '../net/result.ts';
import type { VirtualRule } from '../net/route.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type {
  AddressRequest,
  KernelError,
  NetworkChange,
  NetworkKernel,
  RouteRequest,
} from '../ports/kernel.ts';
import {
  decodeMessages,
  type NetlinkMessage,
  NLM_F_CREATE,
  NLM_F_EXCL,
  NLM_F_REPLACE,
} from '../wire/netlink/netlink.ts';
import {
  decodeAddress,
  decodeLink,
  encodeAddress,
  encodeAddressKey,
  encodeGetAddresses,
  encodeGetLinks,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_NEWADDR,
  RTM_NEWLINK,
  RTNLGRP_IPV4_IFADDR,
  RTNLGRP_IPV6_IFADDR,
  RTNLGRP_LINK,
} from '../wire/route/rtnetlink.ts';
import {
  encodeLinkKey,
  encodeLinkMac,
  encodeLinkUp,
  encodeMacvlan,
  encodeNoAddressGeneration,
} from '../wire/route/rtnetlink-link.ts';
import {
  encodeRoute,
  encodeRule,
  RTM_DELROUTE,
  RTM_DELRULE,
  RTM_NEWROUTE,
  RTM_NEWRULE,
} from '../wire/route/rtnetlink-route.ts';
import {
  decodeRoutes,
  decodeRule,
  encodeGetRoutes,
  encodeGetRules,
  isOurRoute,
  RTM_GETROUTE,
  RTM_GETRULE,
  RTNLGRP_IPV4_ROUTE,
  RTNLGRP_IPV4_RULE,
  RTNLGRP_IPV6_ROUTE,
  RTNLGRP_IPV6_RULE,
} from '../wire/route/rtnetlink-route-read.ts';
import { createNetlinkRequests, type NetlinkRequest } from './netlink-requests.ts';

/** Never in place of another one. */
const CREATE = NLM_F_CREATE | NLM_F_EXCL;
const GROUPS = [RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR];
const ROUTE_GROUPS = [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE];

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
  let routes: NetlinkPort | undefined;

  async function dump<T>(
    request: NetlinkRequest,
    decode: (payload: Uint8Array) => T | readonly T[] | undefined,
  ): Promise<Result<readonly T[], KernelError>> {
    const answer = await requests.dump(request);
    if (!answer.ok) return answer;
    return ok(answer.value.flatMap(({ payload }) => decode(payload) ?? []));
  }

  const change = (type: number, flags: number, encode: () => Uint8Array) =>
    requests.change([() => ({ type, flags, payload: encode() })]);

  return {
    links: () => dump<Link>({ type: RTM_GETLINK, payload: encodeGetLinks() }, decodeLink),
    addresses: (family: Family) =>
      dump({ type: RTM_GETADDR, payload: encodeGetAddresses(family) }, decodeAddress),
    replaceAddresses: (entries) =>
      requests.change(
        entries.map((entry) => () => ({
          type: RTM_NEWADDR,
          flags: NLM_F_CREATE | NLM_F_REPLACE,
          payload: encodeOnce(entry),
        })),
      ),
    removeAddresses: (entries) =>
      requests.change(
        entries.map((entry) => () => ({ type: RTM_DELADDR, payload: encodeAddressKey(entry) })),
      ),
    addRoutes: (entries) => requests.change(entries.map(routeMessage(RTM_NEWROUTE, CREATE))),
    removeRoutes: (entries) => requests.change(entries.map(routeMessage(RTM_DELROUTE))),
    addRules: (rules) => requests.change(rules.map(ruleMessage(RTM_NEWRULE, CREATE))),
    removeRules: (rules) => requests.change(rules.map(ruleMessage(RTM_DELRULE))),
    routes: (family: Family) => dump({ type: RTM_GETROUTE, payload: encodeGetRoutes(family) }, decodeRoutes),
    rules: (family: Family) => dump({ type: RTM_GETRULE, payload: encodeGetRules(family) }, decodeRule),
    watchRoutes: (listener) => {
      routes ??= ports.openRoutes();
      watchRoutes(routes, ports.requests.portId, listener);
    },
    addMacvlan: async (request) => {
      const [error] = await change(RTM_NEWLINK, CREATE, () => encodeMacvlan(request));
      // Refused by a kernel without IPv6, which makes no address then either.
      if (error === undefined) await change(RTM_NEWLINK, 0, () => encodeNoAddressGeneration(request.name));
      return error;
    },
    setLinkMac: async (name, mac) => (await change(RTM_NEWLINK, 0, () => encodeLinkMac(name, mac)))[0],
    setLinkUp: async (name) => (await change(RTM_NEWLINK, 0, () => encodeLinkUp(name)))[0],
    removeLink: async (name) => (await change(RTM_DELLINK, 0, () => encodeLinkKey(name)))[0],
    watch: (listener) => watch(ports.notifications, listener),
    close: () => {
      requests.close();
      ports.notifications.close();
      routes?.close();
    },
  };
}

const encoded = new WeakMap<AddressRequest, Uint8Array>();

/** One that is renewed asks with the same value again and again. */
function encodeOnce(entry: AddressRequest): Uint8Array {
  const payload = encoded.get(entry) ?? encodeAddress(entry);
  encoded.set(entry, payload);
  return payload;
}

const routeMessage =
  (type: number, flags = 0) =>
  ({ route, interfaceIndex }: RouteRequest) =>
  (): NetlinkRequest => ({ type, flags, payload: encodeRoute(route, interfaceIndex) });

const ruleMessage =
  (type: number, flags = 0) =>
  (rule: VirtualRule) =>
  (): NetlinkRequest => ({ type, flags, payload: encodeRule(rule) });

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

/** What changes of ours by other hands than ours; of an overflow nobody knows. @param ownPort of our own requests */
function watchRoutes(port: NetlinkPort, ownPort: number, listener: () => void): void {
  const concerns = ({ type, payload, portId }: NetlinkMessage): boolean => {
    if (portId === ownPort) return false;
    if (type === RTM_NEWROUTE || type === RTM_DELROUTE) return isOurRoute(payload);
    return (type === RTM_NEWRULE || type === RTM_DELRULE) && decodeRule(payload) !== undefined;
  };
  port.onReceived((datagram) => {
    const messages = decodeMessages(datagram);
    if (messages === undefined || messages.some(concerns)) listener();
  });
  port.onError(listener);
  for (const group of ROUTE_GROUPS) port.joinGroup(group);
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
