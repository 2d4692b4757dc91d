// Which servers are under check, by the services that are configured. A reload is a difference: servers that stay keep
// their verdict, checks that stay keep their place in time. What a check means for a server is checked-server.ts's.

import { steady } from '../../health/flap-damping.ts';
import { trafficPortOf } from '../../model/checks/ports.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, realName, type ServiceName } from '../../model/ipvs.ts';
import {
  type CheckedServer,
  pardon,
  reviseChecks,
  type ServerSurroundings,
  stateOf,
} from './checked-server.ts';
import type { FirstResults } from './first-results.ts';
import { endHold } from './flap-hold.ts';
import { changeChecks, isNeverMade, newServerChecks } from './server-check.ts';
import type { SharedChecks } from './shared-checks.ts';

export type CheckedServicesPorts = {
  readonly around: ServerSurroundings;
  readonly checks: Pick<SharedChecks, 'attach' | 'detach'>;
  readonly firstResults: FirstResults;
  /** Its checks may be some that other servers had before it. */
  readonly onEntered: (server: CheckedServer) => void;
};

export type CheckedServices = {
  readonly configure: (virtuals: readonly VirtualConfig[]) => void;
  readonly servers: () => readonly CheckedServer[];
  readonly find: (service: ServiceName, real: RealName) => CheckedServer | undefined;
};

/** @property virtual what it was configured by; never changed in place. */
type CheckedService = {
  readonly virtual: VirtualConfig;
  readonly servers: ReadonlyMap<RealName, CheckedServer>;
};

export function createCheckedServices(ports: CheckedServicesPorts): CheckedServices {
  const { around, checks, firstResults } = ports;
  /** By name; their servers by theirs. */
  const services = new Map<ServiceName, CheckedService>();

  const enter = (server: CheckedServer): void => {
    if (!server.checks.every(isNeverMade)) firstResults.expect(server);
    for (const check of server.checks) checks.attach(server, check);
  };

  const leave = (server: CheckedServer): void => {
    endHold(server);
    for (const check of server.checks) checks.detach(check);
    firstResults.settle(server);
  };

  const change = (known: CheckedServer, wanted: CheckedServer): void => {
    known.flapPolicy = wanted.flapPolicy;
    known.maintenancedir = wanted.maintenancedir;
    if (known.flapPolicy === undefined) pardon(around, known, 'flapping does not count any more');
    const { checks: all, begun, ended } = changeChecks(known.checks, wanted.checks, stateOf(known));
    for (const check of ended) checks.detach(check);
    reviseChecks(around, known, all);
    for (const check of begun) checks.attach(known, check);
  };

  /** The service as it is configured now; a configuration that is the very one of before changes nothing. */
  const enterService = (name: ServiceName, virtual: VirtualConfig): void => {
    const before = services.get(name);
    if (before?.virtual === virtual) return;
    const wanted = serversOf(virtual);
    for (const [real, server] of before?.servers ?? []) if (!wanted.has(real)) leave(server);
    const entered = [...wanted].map(([real, server]) => {
      const known = before?.servers.get(real);
      if (known === undefined) enter(server);
      else change(known, server);
      return [real, known ?? server] as const;
    });
    services.set(name, { virtual, servers: new Map(entered) });
    for (const [real, server] of entered) if (before?.servers.has(real) !== true) ports.onEntered(server);
  };

  return {
    configure: (virtuals) => {
      const wanted = new Map(virtuals.map((virtual) => [formatServiceId(virtual.id), virtual]));
      for (const [name, { servers }] of [...services]) {
        if (wanted.has(name)) continue;
        for (const server of servers.values()) leave(server);
        services.delete(name);
      }
      for (const [name, virtual] of wanted) enterService(name, virtual);
    },
    servers: () => [...services.values()].flatMap(({ servers }) => [...servers.values()]),
    find: (service, real) => services.get(service)?.servers.get(real),
  };
}

/** A tier of the fallback that is also a real server is checked as that: it comes first, and gives way. */
function serversOf(virtual: VirtualConfig): ReadonlyMap<RealName, CheckedServer> {
  const checked = [...virtual.fallbacks.filter((fallback) => fallback.checked), ...virtual.reals];
  return new Map(checked.map((real) => newServer(virtual, real)).map((server) => [server.real, server]));
}

function newServer(virtual: VirtualConfig, real: RealConfig): CheckedServer {
  const endpoint = { address: real.address, port: trafficPortOf(virtual, real) };
  return {
    service: formatServiceId(virtual.id),
    real: realName(virtual.id, real),
    endpoint,
    checks: newServerChecks(virtual, real),
    flapPolicy: virtual.reals.includes(real) ? virtual.flapping : undefined,
    flaps: steady,
    maintenancedir: virtual.maintenancedir,
    maintenance: false,
    downSince: undefined,
    recent: [],
  };
}
