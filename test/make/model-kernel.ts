// A kernel for tests: one function over a Map, as strict as ip_vs_ctl.c is about what exists and what does
// not. It keeps connection counters, so that a test sees whether an entry lived on or was made anew.

import type { Destination, Operation, ServiceId, Table, VirtualService } from '../../src/model/ipvs.ts';
import { formatServiceId } from '../../src/model/ipvs.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { familyOf } from '../../src/net/ip.ts';
import { err, ok } from '../../src/net/result.ts';
import type {
  Counters,
  IpvsKernel,
  KernelError,
  ObservedDestination,
  ObservedService,
} from '../../src/ports/kernel.ts';

type HeldService = { service: VirtualService; readonly destinations: Map<string, ObservedDestination> };

export type ModelKernel = IpvsKernel & {
  /** What observe would read, at once. */
  readonly table: () => readonly ObservedService[];
  /** As somebody else's ipvsadm: one operation, behind the daemon's back. @throws when it is refused. */
  readonly meddle: (...operations: readonly Operation[]) => void;
  readonly flush: () => void;
  /** Connections that the destination has taken so far. */
  readonly connect: (service: string, real: string, connections: number) => void;
  /** What the destination has at the moment. */
  readonly hold: (service: string, real: string, counters: Partial<Counters>) => void;
  /** From now on each of these fails: 'observe', or a predicate over operations; undefined heals all. */
  readonly breakWith: (
    error: KernelError | undefined,
    which?: 'observe' | ((operation: Operation) => boolean),
  ) => void;
  readonly calls: { observe: number; batches: (readonly Operation[])[] };
};

const fault = (code: string): KernelError => ({ code, message: `model kernel says ${code}` });
const schedulers = new Set('rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh'.split(' '));

export function createModelKernel(start: Table = []): ModelKernel {
  const services = new Map<string, HeldService>();
  const calls: ModelKernel['calls'] = { observe: 0, batches: [] };
  let broken: { error: KernelError; which: 'observe' | ((operation: Operation) => boolean) } | undefined;
  const table = () =>
    // The kernel's own order: hash buckets, and destinations newest first (list_add in ip_vs_add_dest).
    [...services.values()].reverse().map(({ service, destinations }) => ({
      service,
      destinations: [...destinations.values()].reverse(),
    }));
  const send = (operation: Operation): KernelError | undefined => {
    if (typeof broken?.which === 'function' && broken.which(operation)) return broken.error;
    return change(services, operation);
  };
  const meddle = (...operations: readonly Operation[]) => {
    for (const operation of operations) {
      const error = change(services, operation);
      if (error !== undefined) throw new Error(`Cannot ${operation.type}: ${error.code}`);
    }
  };
  const count = (service: string, real: string, change: (before: Counters) => Partial<Counters>) => {
    const destinations = services.get(service)?.destinations;
    const held = destinations?.get(real);
    if (destinations === undefined || held === undefined) throw new Error(`Cannot connect: no ${real}`);
    destinations.set(real, { ...held, counters: { ...held.counters, ...change(held.counters) } });
  };
  for (const { service, destinations } of start) {
    meddle({ type: 'addService', service });
    for (const destination of destinations)
      meddle({ type: 'addDestination', service: service.id, destination });
  }
  return {
    observe: async () => {
      calls.observe += 1;
      return broken?.which === 'observe' ? err(broken.error) : ok(table());
    },
    unreadable: () => [],
    apply: async (operations) => {
      calls.batches.push(operations);
      return operations.map(send);
    },
    close: () => {},
    table,
    meddle,
    flush: () => services.clear(),
    connect: (service, real, connections) =>
      count(service, real, (before) => ({ connections: before.connections + connections })),
    hold: (service, real, counters) => count(service, real, () => counters),
    breakWith: (error, which = 'observe') => {
      broken = error === undefined ? undefined : { error, which };
    },
    calls,
  };
}

/** ip_vs_genl_set_cmd: ESRCH for a service that is not there, EEXIST for one that is; ENOENT for servers. */
function change(services: Map<string, HeldService>, operation: Operation): KernelError | undefined {
  switch (operation.type) {
    case 'addService': {
      const name = formatServiceId(operation.service.id);
      if (services.has(name)) return fault('EEXIST');
      if (!schedulers.has(operation.service.scheduler)) return fault('ENOENT');
      services.set(name, { service: operation.service, destinations: new Map() });
      return undefined;
    }
    case 'editService': {
      const held = services.get(formatServiceId(operation.service.id));
      if (held === undefined) return fault('ESRCH');
      if (!schedulers.has(operation.service.scheduler)) return fault('ENOENT');
      held.service = operation.service;
      return undefined;
    }
    case 'deleteService':
      return services.delete(formatServiceId(operation.service.id)) ? undefined : fault('ESRCH');
    default:
      return changeDestination(services, operation);
  }
}

function changeDestination(
  services: Map<string, HeldService>,
  { type, service, destination }: Extract<Operation, { service: ServiceId }>,
): KernelError | undefined {
  const destinations = services.get(formatServiceId(service))?.destinations;
  if (destinations === undefined) return fault('ESRCH');
  const name = formatEndpoint(destination);
  const held = destinations.get(name);
  if (type === 'deleteDestination') return destinations.delete(name) ? undefined : fault('ENOENT');
  if (isOtherFamily(service, destination) && destination.forward !== 'ipip') return fault('EINVAL');
  if (!withinLimits(destination)) return fault('ERANGE');
  if (destination.tunnel?.type === 'gue' && destination.tunnel.port === 0) return fault('EINVAL');
  if (type === 'addDestination' && held !== undefined) return fault('EEXIST');
  if (type === 'editDestination' && held === undefined) return fault('ENOENT');
  const counters = held?.counters ?? {
    activeConnections: 0,
    inactiveConnections: 0,
    persistentClients: 0,
    connections: 0,
  };
  destinations.set(name, { ...destination, counters });
  return undefined;
}

const isOtherFamily = (id: ServiceId, { address }: Destination): boolean =>
  familyOf(address) !== (id.kind === 'fwmark' ? id.family : familyOf(id.address));

const withinLimits = ({ weight, lowerThreshold, upperThreshold }: Destination): boolean =>
  weight >= 0 && lowerThreshold <= upperThreshold;
