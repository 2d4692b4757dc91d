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
  /** Of a VRID that nobody here has. @returns whether it names our addresses. */
  readonly onStray: (facts: AdvertFacts, over: string) => boolean;
  readonly onAnswer: (answer: Answer, over: string) => void;
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

type Known = {
  readonly ports: PathPorts;
  paths: readonly Path[];
  routes: readonly PathRoute[];
};

export function createPaths(ports: PathPorts): Paths {
  const known: Known = { ports, paths: [], routes: [] };
  return {
    use: (devices) => use(known, devices),
    refresh: () => refresh(known),
    routes: () => known.routes,
    heard: (path) => heard(known, path),
    received: () => known.paths.reduce((sum, { device }) => sum + device.received(), 0),
    status: () => {
      const { paths } = known;
      return paths.length < 2 ? [] : paths.map((path) => statusOf(path, ports.clock.now()));
    },
    close: () => {
      for (const { device, member } of known.paths) device.detach(member);
      known.paths = [];
      known.routes = [];
    },
  };
}

function use(known: Known, devices: readonly VrrpInterface[]): void {
  const before = known.paths;
  known.paths = devices.map(
    (device, index) =>
      before.find((path, i) => path.device === device && i === index) ?? pathOver(known, device, index),
  );
  for (const { device, member } of known.paths) device.attach(member);
  const kept = new Set(known.paths);
  for (const path of before) if (!kept.has(path)) path.device.detach(path.member);
  refresh(known);
}

function pathOver(known: Known, device: VrrpInterface, index: number): Path {
  const { ports } = known;
  const furtherPath = (): FurtherPath | undefined =>
    index === 0 ? undefined : { index, ownAddress: path.route?.source ?? noSource };
  const path: Path = {
    device,
    member: {
      virtualRouterId: () => ports.config().virtualRouterId,
      unicastPeers: () => ports.config().unicastPeers,
      onAdvert: (facts) => ports.onAdvert(withOwnSources(known, facts), furtherPath()),
      onStray: (facts) => ports.onStray(facts, device.name),
      onAnswer: (answer) => ports.onAnswer(answer, device.name),
      onChanged: ports.onChanged,
    },
  };
  return path;
}

/** Two interfaces may be on one network: what we send over the one comes back over the other. */
const withOwnSources = ({ paths, routes }: Known, facts: AdvertFacts): AdvertFacts =>
  paths.length === 1
    ? facts
    : { ...facts, ownAddresses: [...facts.ownAddresses, ...routes.map(({ source }) => source)] };

function refresh(known: Known): void {
  const { ports, paths } = known;
  const found = advertRoutesOf({
    ...{ config: ports.config(), view: ports.view, isVirtual: ports.isVirtual },
    current: (name) =>
      name === ports.config().interface
        ? ports.sourceAddress()
        : (known.routes.find((route) => route.interface === name)?.source ?? noSource),
  });
  for (const path of paths) {
    const route = found.find((each) => each.interface === path.device.name);
    if (route === undefined) delete path.route;
    else path.route = { ...route, device: path.device };
  }
  known.routes = paths.flatMap(({ route }) => (route === undefined ? [] : [route]));
  // The first one's faults are the instance's own.
  for (const path of paths.slice(1)) {
    const fault = path.device.fault() ?? (path.route === undefined ? 'no_source_address' : undefined);
    if (fault !== undefined) setDown(path, fault, ports);
    else if (path.down !== undefined && path.down.reason !== silent) setUp(path, ports);
  }
}

function heard({ ports, paths }: Known, further: FurtherPath | undefined): void {
  const path = paths[further?.index ?? 0];
  if (paths.length < 2 || path === undefined) return;
  const now = ports.clock.now();
  const limitUs = ports.silenceUs();
  const isGoingOn = path.heard !== undefined && now - path.heard.at <= limitUs;
  const since = isGoingOn ? (path.heard?.since ?? now) : now;
  path.heard = { since, at: now };
  setUp(path, ports);
  for (const other of paths) {
    const lastHeardAt = Math.max(other.heard?.at ?? since, since);
    const isSilent = other !== path && now - lastHeardAt > limitUs;
    if (isSilent && other.down === undefined) setDown(other, silent, ports);
  }
}

function setDown(path: Path, reason: FullReason, { clock, emit, config }: PathPorts): void {
  if (path.down?.reason === reason) return;
  path.down = { reason, at: path.down?.at ?? clock.now() };
  emit({ event: 'vrrp.path_down', ...placeOf(path, config()), reason });
}

function setUp(path: Path, { clock, emit, config }: PathPorts): void {
  if (path.down === undefined) return;
  const down_ms = Math.round((clock.now() - path.down.at) / 1000);
  delete path.down;
  emit({ event: 'vrrp.path_up', ...placeOf(path, config()), down_ms });
}

const placeOf = ({ device }: Path, { name: instance, virtualRouterId: vrid }: VrrpInstanceConfig) => ({
  ...{ instance, vrid, interface: device.name },
});

/** Another path brings adverts, and this one none. */
const silent = 'silent';

const statusOf = ({ device, down, heard }: Path, now: Micros): PathStatus => ({
  interface: device.name,
  up: device.fault() === undefined && down === undefined,
  ...(down !== undefined && { reason: down.reason }),
  ...(heard !== undefined && { heardAgoMs: Math.round((now - heard.at) / 1000) }),
});
