// Asks, before each advert of an active router, whether another host answers for its first address: one that is, or was,
// active as well, and yields to the advert without a word, as keepalived does; or one that died and whose kernel serves
// on. Neighbours may point to it. What follows is the state machine's decision; here is how it is asked, and who is
// believed. RFC 5227 §2.1.1 (a probe teaches nobody anything), RFC 4861 §7.2.2.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import { familyOf, type Ip } from '../../../net/ip.ts';
import type { Prefix } from '../../../net/prefix.ts';
import { encodeArpProbeFrame } from '../../../wire/packet/arp.ts';
import { encodeNeighbourSolicitationFrame } from '../../../wire/packet/ndp.ts';
import type { Answer, VrrpInterface } from '../adverts/interface.ts';
import type { NetworkView } from '../network-view.ts';
import { deviceOfAddress } from '../router-config.ts';

export type Rivals = {
  readonly ask: () => void;
  /** Somebody answered for any address on that interface. */
  readonly heard: (answer: Answer) => void;
};

export type RivalPorts = {
  readonly config: () => VrrpInstanceConfig;
  readonly view: NetworkView;
  /** Of the router itself: what IPv6 is asked from. */
  readonly sourceAddress: () => Ip;
  readonly installed: () => readonly Prefix[];
  readonly onAnswered: (answer: Answer) => void;
};

/** @param device the interface of the instance. */
export function createRivals(device: VrrpInterface, ports: RivalPorts): Rivals {
  const { config, view } = ports;

  /** Of those on the instance's own network. */
  function firstAddress(): Prefix | undefined {
    const own = new Set([config().interface, config().vmac]);
    return ports.installed().find((prefix) => own.has(deviceOfAddress(config(), prefix)));
  }

  return {
    ask: () => {
      const mac = device.link()?.mac;
      const target = firstAddress()?.address;
      if (mac === undefined || target === undefined) return;
      const frame =
        familyOf(target) === 'inet'
          ? encodeArpProbeFrame(target, mac)
          : encodeNeighbourSolicitationFrame(target, ports.sourceAddress(), mac);
      device.frames()?.send(frame);
    },
    heard: (answer) => {
      const vip = ports.installed().find(({ address }) => address === answer.address);
      if (vip === undefined) return;
      // A switch that answers in our place, or one that holds the same virtual MAC: neighbours have the right one.
      if (answer.mac === view.linkNamed(deviceOfAddress(config(), vip))?.mac) return;
      ports.onAnswered(answer);
    },
  };
}
