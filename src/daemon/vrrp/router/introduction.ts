// Makes a router that enters backup between unicast peers known to them: a peer can send nothing to it before it knows
// its MAC address, and asks for that once a second, which may be longer than an Active_Down_Interval. So its own address
// is announced and its peers are asked for theirs, which teaches them ours, as long as no advert has come. Silence counts
// from then on; whether it does is the state machine's matter. RFC 826 (a request updates whoever is asked), RFC 4861 §7.2.3.
import { familyOf, type Ip } from '../../../net/ip.ts';
import type { Mac } from '../../../net/mac.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Sysctl } from '../../../ports/sysctl.ts';
import { encodeArpRequestFrame, encodeGratuitousArpFrame } from '../../../wire/packet/arp.ts';
import {
  encodeNeighbourAdvertisementFrame,
  encodeNeighbourSolicitationFrame,
} from '../../../wire/packet/ndp.ts';
import type { PathRoute } from '../adverts/paths.ts';

export type Introduction = {
  /** Now, and each interval until it is ended. */
  readonly begin: (everyMs: number) => void;
  readonly end: () => void;
};

export type IntroductionPorts = {
  readonly clock: Clock;
  readonly sysctl: Sysctl;
  /** Where adverts would go. */
  readonly routes: () => readonly PathRoute[];
};

export function createIntroduction({ clock, sysctl, routes }: IntroductionPorts): Introduction {
  let cancel = () => {};

  function framesFor(route: PathRoute, mac: Mac): readonly Uint8Array[] {
    const { source, destinations } = route;
    if (familyOf(source) === 'inet') {
      const asked = destinations.map((peer: Ip) => encodeArpRequestFrame(peer, source, mac));
      return [encodeGratuitousArpFrame(source, mac), ...asked];
    }
    // Neighbours that have it as their default router must not take it for a host (RFC 4861 §7.2.5).
    const isRouter = sysctl.read(`net/ipv6/conf/${route.interface}/forwarding`) === '1';
    const asked = destinations.map((peer: Ip) => encodeNeighbourSolicitationFrame(peer, source, mac));
    return [encodeNeighbourAdvertisementFrame(source, mac, isRouter), ...asked];
  }

  function say(): void {
    for (const route of routes()) {
      const mac = route.device.link()?.mac;
      if (mac === undefined) continue;
      for (const frame of framesFor(route, mac)) route.device.frames()?.send(frame);
    }
  }

  function begin(everyMs: number): void {
    cancel();
    say();
    cancel = clock.after(everyMs, () => begin(everyMs));
  }

  return { begin, end: () => cancel() };
}
