// A LAN of virtual routers in virtual time: the real codec, validation and state machine on every node, with
// delay, loss, cut directions, links that go down, stalls, kills, and kernels that let leases run out.
// Deterministic: whatever is random comes in from outside. It judges nothing; tests do.
import type { Ip } from '../../src/net/ip.ts';
import { formatPrefix } from '../../src/net/prefix.ts';
import type { Micros } from '../../src/ports/clock.ts';
import { advertOf } from '../../src/vrrp/advert.ts';
import { nextDeadline } from '../../src/vrrp/next-deadline.ts';
import { initialState, step } from '../../src/vrrp/step.ts';
import type { Effect, Event, RouterConfig, State } from '../../src/vrrp/types.ts';
import { validateAdvert } from '../../src/vrrp/validate.ts';
import { decodeAdvert, encodeAdvert, vrrpGroup } from '../../src/wire/packet/vrrp.ts';

export type Node = {
  readonly name: string;
  router: RouterConfig;
  state: State;
  linkUp: boolean;
  alive: boolean;
  /** Nothing runs before then; what arrives is queued. */
  stalledUntil: Micros;
  readonly inbox: Packet[];
  /** What the kernel serves, and until when. */
  readonly serves: Map<string, Micros>;
};

export type Packet = { readonly bytes: Uint8Array; readonly source: Ip; readonly ttl: number };

export type Observer = {
  readonly effects?: (node: Node, effects: readonly Effect[], now: Micros) => void;
  readonly remark?: (node: Node, text: string, now: Micros) => void;
  /** After every step of a node, whatever came of it. */
  readonly stepped?: (node: Node) => void;
};

export type LanOptions = Observer & {
  readonly delayUs?: Micros;
  /** Whether this packet gets lost. */
  readonly loses?: (from: string, to: string) => boolean;
};

type Delivery = { readonly at: Micros; readonly to: Node; readonly packet: Packet };

export type Lan = ReturnType<typeof createLan>;

export function createLan(options: LanOptions = {}) {
  const nodes: Node[] = [];
  const cuts = new Set<string>();
  let deliveries: Delivery[] = [];
  let now: Micros = 0;

  const event = (node: Node, happened: Event): void => {
    if (!node.alive) return;
    const { state, effects } = step(node.router, node.state, happened, now);
    node.state = state;
    if (happened.type === 'reconfigured') node.router = happened.router;
    for (const effect of effects) perform(node, effect);
    if (effects.length > 0) options.effects?.(node, effects, now);
    options.stepped?.(node);
  };

  const perform = (node: Node, effect: Effect): void => {
    const leaseEnd = node.router.leaseUs === 'off' ? Number.POSITIVE_INFINITY : now + node.router.leaseUs;
    if (effect.type === 'sendAdvert') broadcast(node, effect.priority);
    if (effect.type === 'removeAddresses') {
      for (const prefix of effect.addresses) node.serves.delete(formatPrefix(prefix));
    }
    if (effect.type === 'addAddresses') {
      for (const prefix of effect.addresses) node.serves.set(formatPrefix(prefix), leaseEnd);
    }
    if (effect.type === 'renewLease') {
      for (const prefix of node.router.addresses) node.serves.set(formatPrefix(prefix), leaseEnd);
    }
  };

  const broadcast = (from: Node, priority: number): void => {
    const { router } = from;
    const path = { source: router.sourceAddress, destination: vrrpGroup(router.family) };
    const bytes = encodeAdvert(advertOf(router, priority), { ...path, checksum: 'rfc5798' });
    for (const to of nodes) {
      // As the shell does it: an advert is handed to the router of its VRID.
      if (to.router.virtualRouterId !== router.virtualRouterId) continue;
      const passes = from.linkUp && to.linkUp && to !== from && !cuts.has(`${from.name} ${to.name}`);
      if (!passes || options.loses?.(from.name, to.name) === true) continue;
      inject(to, { bytes, source: path.source, ttl: 255 }, options.delayUs ?? 100);
    }
  };

  const inject = (to: Node, packet: Packet, delayUs = 0): void => {
    deliveries.push({ at: now + delayUs, to, packet });
  };

  const receive = (node: Node, { bytes, source, ttl }: Packet): void => {
    const { router } = node;
    const decoded = decodeAdvert(bytes, { source, destination: vrrpGroup(router.family) });
    const facts = { ttl, source, destination: 'multicast', ownAddresses: [], decoded } as const;
    const verdict = validateAdvert(router, facts);
    if (verdict.outcome === 'rejected') {
      options.remark?.(node, `rejects advert of ${source}: ${verdict.reason} (${verdict.detail})`, now);
      return;
    }
    for (const { what, ours, theirs } of verdict.notes) {
      options.remark?.(node, `notes ${what} of ${source}: ${theirs}, ours ${ours}`, now);
    }
    event(node, { type: 'advertReceived', advert: verdict.advert, source });
  };

  /** When something happens to a node by itself: its deadline, or the end of its stall. */
  const dueAt = (node: Node): Micros => {
    if (!node.alive) return Number.POSITIVE_INFINITY;
    if (node.stalledUntil > now) return node.stalledUntil;
    if (node.inbox.length > 0) return now;
    return Math.max(now, nextDeadline(node.state) ?? Number.POSITIVE_INFINITY);
  };
  const leaseEnds = (node: Node): Micros => Math.min(Number.POSITIVE_INFINITY, ...node.serves.values());

  const turn = (): void => {
    const arrived = deliveries.filter((delivery) => delivery.at <= now);
    deliveries = deliveries.filter((delivery) => delivery.at > now);
    for (const { to, packet } of arrived) if (to.alive && to.linkUp) to.inbox.push(packet);
    for (const node of nodes) {
      for (const [address, until] of node.serves) {
        if (until > now) continue;
        node.serves.delete(address);
        options.remark?.(node, `loses ${address}: the lease ends`, now);
      }
      if (!node.alive || node.stalledUntil > now) continue;
      // As the shell does it: drain the socket, then act on the deadline.
      for (const packet of node.inbox.splice(0)) receive(node, packet);
      if ((nextDeadline(node.state) ?? Number.POSITIVE_INFINITY) <= now) {
        event(node, { type: 'deadlineReached' });
      }
    }
  };

  return {
    nodes,
    now: () => now,
    add(name: string, router: RouterConfig): Node {
      const node: Node = {
        name,
        router,
        state: initialState(now),
        linkUp: true,
        alive: true,
        stalledUntil: 0,
        inbox: [],
        serves: new Map(),
      };
      nodes.push(node);
      return node;
    },
    event,
    inject,
    link(node: Node, up: boolean): void {
      node.linkUp = up;
      event(node, { type: up ? 'linkUp' : 'linkDown' });
    },
    /** Every process of the node dies; its kernel goes on serving until the lease ends. */
    kill(node: Node): void {
      node.alive = false;
      node.inbox.length = 0;
    },
    /** A new process on a killed node. */
    revive(node: Node, event_: Event): void {
      node.alive = true;
      node.stalledUntil = 0;
      node.state = initialState(now);
      event(node, event_);
    },
    /** What `from` sends no longer reaches `to`. */
    cut: (from: string, to: string): void => void cuts.add(`${from} ${to}`),
    heal: (): void => cuts.clear(),
    /** @param until as long as it returns false, if given. */
    run(forUs: Micros, until: () => boolean = () => false): void {
      const end = now + forUs;
      for (;;) {
        turn();
        if (until()) return;
        const times = [
          ...nodes.flatMap((node) => [dueAt(node), leaseEnds(node)]),
          ...deliveries.map((d) => d.at),
        ];
        const next = Math.min(...times);
        if (next > end) break;
        now = next;
      }
      now = end;
    },
    active: (): Node[] => nodes.filter((node) => node.alive && node.state.phase === 'active'),
    serving: (): Node[] => nodes.filter((node) => node.serves.size > 0),
  };
}
