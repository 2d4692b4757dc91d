// What an operator orders: of a server, carried to each service that it holds for, as a name stands for the addresses
// that it has now (whether it is kept over a restart is operator.ts's business); and of a virtual router, a hand-over.

import type { Config } from '../model/config/config.ts';
import type { RealName, ServiceName } from '../model/ipvs.ts';
import { parseServiceName } from '../model/names.ts';
import { ok } from '../net/result.ts';
import type { Override } from '../reconcile/weigh.ts';
import type { Daemon, DaemonPorts, Operated, Order } from './daemon-ports.ts';
import { realsCalled } from './report/why.ts';

export type OrdersPorts = Pick<DaemonPorts, 'clock' | 'health' | 'operator' | 'vrrp'>;

export type Orders = Pick<Daemon, 'operate' | 'failover'>;

/** @param config with the servers of the moment. */
export function createOrders({ clock, health, operator, vrrp }: OrdersPorts, config: () => Config): Orders {
  function timed({ override, timeoutMs }: Order): Override | undefined {
    if (override?.mode !== 'drain') return override;
    const since = clock.now();
    return { mode: 'drain', since, ...(timeoutMs !== undefined && { deadline: since + timeoutMs * 1000 }) };
  }

  function operateServer(real: RealName, service: ServiceName | undefined, order: Order): Operated {
    const override = timed(order);
    const services = health
      .status()
      .filter((server) => server.real === real && (service === undefined || server.service === service))
      .map((server) => server.service);
    const kept = services.length > 0 ? operator.set(real, service, override) : Promise.resolve(ok(undefined));
    if (override === undefined) health.pardon(real, service);
    return { services, kept };
  }

  return {
    operate: (order) => {
      const service = order.service === undefined ? undefined : parseServiceName(order.service);
      const isNone = order.service !== undefined && service === undefined;
      const reals = isNone ? [] : realsCalled(config(), order.real);
      const done = reals.map((real) => operateServer(real, service, order));
      return {
        services: [...new Set(done.flatMap(({ services }) => services))],
        kept: Promise.all(done.map(({ kept }) => kept)).then(
          (all) => all.find(({ ok: isKept }) => !isKept) ?? ok(undefined),
        ),
      };
    },
    failover: (instance) => vrrp.failover(instance),
  };
}
