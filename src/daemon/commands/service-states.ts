// What is to be told of virtual services and their servers, as keepalived's FIFO tells it: a server that comes or goes, a
// service that has its quorum or has lost it. Who never had it is told of as down only where a fallback serves in its place,
// and that at once. What leaves the configuration goes down; at a stop what is of a service with omega does, a service also
// when it is down. Source: keepalived/check/ipwrapper.c (do_rs_notifies, update_quorum_state, update_vs_notifies, clear_service_vs).
import type { JournalEvent } from '../../journal/event.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, realName, type ServiceName, tablePort } from '../../model/ipvs.ts';
import { serverKey } from '../../model/names.ts';
import type { Endpoint } from '../../net/endpoint.ts';
import type { ServiceTold } from './told.ts';

export type ServiceStates = {
  readonly configure: (virtuals: readonly VirtualConfig[]) => void;
  /** To be told every event. */
  readonly heard: (event: JournalEvent) => void;
  /** Of every service, also one that has no quorum configured; twice the same is told once. */
  readonly quorumChanged: (service: ServiceName, held: boolean) => void;
  readonly stop: () => void;
};

type Subject = Omit<ServiceTold, 'state'> & { readonly omega: boolean };
type Service = Subject & { readonly hasFallback: boolean; readonly servers: ReadonlyMap<string, Subject> };

export function createServiceStates(tell: (told: ServiceTold) => void): ServiceStates {
  let services: ReadonlyMap<string, Service> = new Map();
  /** What each server and service was told of last. */
  const last = new Map<string, ServiceTold['state']>();

  function become(key: string, { service, real }: Subject, state: ServiceTold['state']): void {
    last.set(key, state);
    tell({ service, ...(real !== undefined && { real }), state });
  }
  const goDown = (key: string, subject: Subject): void => {
    if (last.get(key) === 'UP') become(key, subject, 'DOWN');
  };

  return {
    configure: (virtuals) => {
      const now = servicesOf(virtuals);
      for (const [name, service] of services) {
        const kept = now.get(name);
        for (const [key, server] of service.servers) {
          if (kept?.servers.has(key)) continue;
          goDown(key, server);
          last.delete(key);
        }
        if (kept !== undefined) continue;
        goDown(name, service);
        last.delete(name);
      }
      services = now;
    },
    heard: (event) => {
      if (event.event !== 'real.up' && event.event !== 'real.down') return;
      const key = serverKey(event.service as ServiceName, event.real as RealName);
      const server = services.get(event.service)?.servers.get(key);
      if (server !== undefined) become(key, server, event.event === 'real.up' ? 'UP' : 'DOWN');
    },
    quorumChanged: (name, held) => {
      const service = services.get(name);
      if (service === undefined || last.get(name) === (held ? 'UP' : 'DOWN')) return;
      if (held || last.has(name) || service.hasFallback) become(name, service, held ? 'UP' : 'DOWN');
    },
    stop: () => {
      for (const [name, service] of services) {
        if (!service.omega) continue;
        for (const [key, server] of service.servers) goDown(key, server);
        become(name, service, 'DOWN');
      }
    },
  };
}

const servicesOf = (virtuals: readonly VirtualConfig[]): ReadonlyMap<string, Service> =>
  new Map(
    virtuals.map((virtual) => {
      const { id, fallbacks, omega: asked } = virtual;
      const omega = asked === true;
      const servers = serversOf(virtual, omega);
      return [formatServiceId(id), { service: id, omega, hasFallback: fallbacks.length > 0, servers }];
    }),
  );

const serversOf = (virtual: VirtualConfig, omega: boolean): ReadonlyMap<string, Subject> =>
  new Map(
    virtual.reals.map((server) => {
      const key = serverKey(formatServiceId(virtual.id), realName(virtual.id, server));
      const real: Endpoint = { address: server.address, port: portOf(virtual, server) };
      return [key, { service: virtual.id, real, omega }];
    }),
  );

/** As keepalived makes it: that of the table; behind a mark 0 but where the server is reached by NAT. */
const portOf = ({ id }: VirtualConfig, server: VirtualConfig['reals'][number]): number =>
  id.kind === 'fwmark' && server.forward !== 'masq' ? 0 : tablePort(id, server);
