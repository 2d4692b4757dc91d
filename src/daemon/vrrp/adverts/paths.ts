// The paths of one instance: its interfaces, what is sent over each, and whether the active is heard over each. A
// path that is dead, or over which nobody is heard although another path brings adverts, is told as an event: it is
// no reason for a second active. What an advert does is the state machine's decision. docs/architecture.md.

import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import type { Ip } from '../../../net/ip.ts';
import type { Clock, Micros } from '../../../ports/clock.ts';
import type { FurtherPath } from '../../../vrrp/types.ts';
import type { AdvertFacts } from '../../../vrrp/validate.ts';
import type { PathStatus } from '../messages.ts';
import type { NetworkView } from '../network-view.ts';
import { noSource } from '../router-config.ts';
import { type AdvertRoute, advertRoutesOf } from './advert-routes.ts';
import type { Answer, Member, VrrpInterface } from './interface.ts';

export type Paths = {
  /** From now on these, the one of the virtual addresses first. */
  readonly use: (devices: readonly VrrpInterface[]) => void;
  /** Looks at links and addresses again. */
  readonly refresh: () => void;
  /** Where an advert goes now. */
  readonly routes: () => readonly PathRoute[];
  /** An acceptable advert came over that path. */
  readonly heard: (path: FurtherPath | undefined) => void;
  /** Datagrams read so far, of all. */
  readonly received: () => number;
  /** Empty where there is but one. */
  readonly status: () => readonly PathStatus[];
  readonly close: () => void;
};

export type PathRoute = AdvertRoute & { readonly device: VrrpInterface };

export type PathPorts = {
  readonly clock: Clock;
  readonly view: NetworkView;
  readonly emit: Emit;
  readonly isVirtual: (address: Ip) => boolean;
  readonly config: () => VrrpInstanceConfig;
  /** Of the first path at present. */
  readonly sourceAddress: () => Ip;
  /** Active_Down_Interval. */
  readonly silenceUs: () => Micros;
  /** @returns whether it was believed. */
  readonly onAdvert: (facts: AdvertFacts, path: FurtherPath | undefined) => boolean;
  /** On the interface of the virtual addresses. */
  readonly onAnswer: (answer: Answer) => void;
  readonly onChanged: () => void;
};

type Path = {
  readonly device: VrrpInterface;
  readonly member: Member;
  route?: PathRoute;
  /** The last advert, and the first one without a longer pause since. */
  heard?: { readonly since: Micros; readonly at: Micros };
  down?: { readonly reason: FullReason; readonly at: Micros };
};

export function createPaths(ports: PathPorts): Paths {
  const { clock, view, emit } = ports;
  let paths: readonly Path[] = [];
  let routes: readonly PathRoute[] = [];

  const place = ({ device }: Path) => {
    const { name: instance, virtualRouterId: vrid } = ports.config();
    return { instance, vrid, interface: device.name };
  };

  function setDown(path: Path, reason: FullReason): void {
    if (path.down?.reason === reason) return;
    path.down = { reason, at: path.down?.at ?? clock.now() };
    emit({ event: 'vrrp.path_down', ...place(path), reason });
  }

  function setUp(path: Path): void {
    if (path.down === undefined) return;
    const down_ms = Math.round((clock.now() - path.down.at) / 1000);
    delete path.down;
    emit({ event: 'vrrp.path_up', ...place(path), down_ms });
  }

  function create(device: VrrpInterface, index: number): Path {
    const path: Path = {
      device,
      member: {
        virtualRouterId: () => ports.config().virtualRouterId,
        unicastPeers: () => ports.config().unicastPeers,
        onAdvert: (facts) => ports.onAdvert(withOwnSources(facts), furtherPath(path, index)),
        ...(index === 0 && { onAnswer: ports.onAnswer }),
        onChanged: ports.onChanged,
      },
    };
    return path;
  }

  const furtherPath = ({ route }: Path, index: number): FurtherPath | undefined =>
    index === 0 ? undefined : { index, ownAddress: route?.source ?? noSource };

  /** Two interfaces may be on one network: what we send over the one comes back over the other. */
  const withOwnSources = (facts: AdvertFacts): AdvertFacts =>
    paths.length === 1
      ? facts
      : { ...facts, ownAddresses: [...facts.ownAddresses, ...routes.map(({ source }) => source)] };

  function refresh(): void {
    const found = advertRoutesOf({
      ...{ config: ports.config(), view, isVirtual: ports.isVirtual },
      current: (name) =>
        name === ports.config().interface
          ? ports.sourceAddress()
          : (routes.find((route) => route.interface === name)?.source ?? noSource),
    });
    for (const path of paths) {
      const route = found.find((each) => each.interface === path.device.name);
      if (route === undefined) delete path.route;
      else path.route = { ...route, device: path.device };
    }
    routes = paths.flatMap(({ route }) => (route === undefined ? [] : [route]));
    // The first one's faults are the instance's own.
    for (const path of paths.slice(1)) {
      const fault = path.device.fault() ?? (path.route === undefined ? 'no_source_address' : undefined);
      if (fault !== undefined) setDown(path, fault);
      else if (path.down !== undefined && path.down.reason !== silent) setUp(path);
    }
  }

  function heard(further: FurtherPath | undefined): void {
    const path = paths[further?.index ?? 0];
    if (paths.length < 2 || path === undefined) return;
    const now = clock.now();
    const limitUs = ports.silenceUs();
    const isGoingOn = path.heard !== undefined && now - path.heard.at <= limitUs;
    const since = isGoingOn ? (path.heard?.since ?? now) : now;
    path.heard = { since, at: now };
    setUp(path);
    for (const other of paths) {
      const lastHeardAt = Math.max(other.heard?.at ?? since, since);
      if (other !== path && other.down === undefined && now - lastHeardAt > limitUs) setDown(other, silent);
    }
  }

  return {
    use: (devices) => {
      const before = paths;
      paths = devices.map(
        (device, index) =>
          before.find((path, i) => path.device === device && i === index) ?? create(device, index),
      );
      for (const { device, member } of paths) device.attach(member);
      const kept = new Set(paths);
      for (const path of before) if (!kept.has(path)) path.device.detach(path.member);
      refresh();
    },
    refresh,
    routes: () => routes,
    heard,
    received: () => paths.reduce((sum, { device }) => sum + device.received(), 0),
    status: () => (paths.length < 2 ? [] : paths.map((path) => statusOf(path, clock.now()))),
    close: () => {
      for (const { device, member } of paths) device.detach(member);
      paths = [];
      routes = [];
    },
  };
}

/** Another path brings adverts, and this one none. */
const silent = 'silent';

const statusOf = ({ device, down, heard }: Path, now: Micros): PathStatus => ({
  interface: device.name,
  up: device.fault() === undefined && down === undefined,
  ...(down !== undefined && { reason: down.reason }),
  ...(heard !== undefined && { heardAgoMs: Math.round((now - heard.at) / 1000) }),
});
