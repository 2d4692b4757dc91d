// Routes and rules of ours over rtnetlink, and of nobody else: read, added, removed, and watched over a socket of its own,
// which is opened when it is needed.
import type { VirtualRule } from '../net/route.ts';
import type { NetlinkPort } from '../ports/datagram.ts';
import type { NetworkKernel, RouteRequest } from '../ports/kernel.ts';
import { decodeMessages, type NetlinkMessage, NLM_F_CREATE, NLM_F_EXCL } from '../wire/netlink/netlink.ts';
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
import { dumpDecoded } from './dump-decoded.ts';
import type { NetlinkRequest } from './netlink-exchange.ts';
import type { NetlinkRequests } from './netlink-requests.ts';

type Routes = Pick<
  NetworkKernel,
  'addRoutes' | 'removeRoutes' | 'addRules' | 'removeRules' | 'routes' | 'rules' | 'watchRoutes'
>;

/** Never in place of another one. */
const CREATE = NLM_F_CREATE | NLM_F_EXCL;
const GROUPS = [RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE];

/** @param ownPort of the requests. @param open a socket to watch with, closed by `close`. */
export function createRoutes(
  requests: NetlinkRequests,
  ownPort: number,
  open: () => NetlinkPort,
): Routes & { readonly close: () => void } {
  let watched: NetlinkPort | undefined;
  return {
    addRoutes: (entries) => requests.change(entries.map(routeMessage(RTM_NEWROUTE, CREATE))),
    removeRoutes: (entries) => requests.change(entries.map(routeMessage(RTM_DELROUTE))),
    addRules: (rules) => requests.change(rules.map(ruleMessage(RTM_NEWRULE, CREATE))),
    removeRules: (rules) => requests.change(rules.map(ruleMessage(RTM_DELRULE))),
    routes: (family) =>
      dumpDecoded(requests, { type: RTM_GETROUTE, payload: encodeGetRoutes(family) }, decodeRoutes),
    rules: (family) =>
      dumpDecoded(requests, { type: RTM_GETRULE, payload: encodeGetRules(family) }, decodeRule),
    watchRoutes: (listener) => {
      watched ??= open();
      watch(watched, ownPort, listener);
    },
    close: () => watched?.close(),
  };
}

const routeMessage =
  (type: number, flags = 0) =>
  ({ route, interfaceIndex }: RouteRequest) =>
  (): NetlinkRequest => ({ type, flags, payload: encodeRoute(route, interfaceIndex) });

const ruleMessage =
  (type: number, flags = 0) =>
  (rule: VirtualRule) =>
  (): NetlinkRequest => ({ type, flags, payload: encodeRule(rule) });

/** What changes of ours by other hands than ours; of an overflow nobody knows. @param ownPort of our own requests */
function watch(port: NetlinkPort, ownPort: number, listener: () => void): void {
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
  for (const group of GROUPS) port.joinGroup(group);
}
