// What is to be told of virtual services and their servers, as keepalived's FIFO tells it: a server that comes or goes, a
// service that has its quorum or has lost it. What leaves the configuration goes down; at a stop what is of a service with
// omega does. Source: keepalived/check/ipwrapper.c (do_rs_notifies, do_vs_notifies, clear_service_vs).
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
  /** Of every service, also one that has no quorum configured. */
  readonly quorumChanged: (service: ServiceName, held: boolean) => void;
  readonly stop: () => void;
};

type Subject = Omit<ServiceTold, 'state'> & { readonly omega: boolean };

export function createServiceStates(tell: (told: ServiceTold) => void): ServiceStates {
  let servers: ReadonlyMap<string, Subject> = new Map();
  let services: ReadonlyMap<string, Subject> = new Map();
  /** Servers and services that were told of as up. */
  const up = new Set<string>();

  function become(key: string, { service, real }: Subject, state: ServiceTold['state']): void {
    if (state === 'UP') up.add(key);
    else up.delete(key);
    tell({ service, ...(real !== undefined && { real }), state });
  }
  /** Servers first, as keepalived does. */
  function leave(which: (key: string, subject: Subject) => boolean): void {
    for (const [key, subject] of [...servers, ...services])
      if (up.has(key) && which(key, subject)) become(key, subject, 'DOWN');
  }

  return {
    configure: (virtuals) => {
      const [nowServers, nowServices] = [serversOf(virtuals), servicesOf(virtuals)];
      leave((key, { real }) => !(real === undefined ? nowServices : nowServers).has(key));
      servers = nowServers;
      services = nowServices;
    },
    heard: (event) => {
      if (event.event !== 'real.up' && event.event !== 'real.down') return;
      const key = serverKey(event.service as ServiceName, event.real as RealName);
      const server = servers.get(key);
      if (server !== undefined) become(key, server, event.event === 'real.up' ? 'UP' : 'DOWN');
    },
    quorumChanged: (name, held) => {
      const service = services.get(name);
      if (service !== undefined) become(name, service, held ? 'UP' : 'DOWN');
    },
    stop: () => leave((_, { omega }) => omega),
  };
}

const servicesOf = (virtuals: readonly VirtualConfig[]): ReadonlyMap<string, Subject> =>
  new Map(virtuals.map(({ id, omega }) => [formatServiceId(id), { service: id, omega: omega === true }]));

const serversOf = (virtuals: readonly VirtualConfig[]): ReadonlyMap<string, Subject> =>
  new Map(
    virtuals.flatMap((virtual) =>
      virtual.reals.map((server): [string, Subject] => {
        const { id, omega } = virtual;
        const key = serverKey(formatServiceId(id), realName(id, server));
        const real: Endpoint = { address: server.address, port: portOf(virtual, server) };
        return [key, { service: id, real, omega: omega === true }];
      }),
    ),
  );

/** As keepalived makes it: that of the table; behind a mark 0 but where the server is reached by NAT. */
const portOf = ({ id }: VirtualConfig, server: VirtualConfig['reals'][number]): number =>
  id.kind === 'fwmark' && server.forward !== 'masq' ? 0 : tablePort(id, server);
