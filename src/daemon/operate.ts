// What an operator says of a server, carried to each service that it holds for: a name stands for the addresses that it
// has now. Whether it is kept over a restart is operator.ts's business.
import type { Config } from '../model/config/config.ts';
import { ok } from '../net/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Override } from '../reconcile/weigh.ts';
import type { Operated, Order } from './daemon-ports.ts';
import type { HealthLoop } from './health/health-loop.ts';
import type { Operator } from './operator/operator.ts';
import { placesCalled } from './report/why.ts';

export type OperatePorts = {
  readonly clock: Clock;
  readonly health: HealthLoop;
  readonly operator: Operator;
  /** With the servers of the moment. */
  readonly config: () => Config;
};

export function createOperate({ clock, health, operator, config }: OperatePorts): (order: Order) => Operated {
  function timed({ override, timeoutMs }: Order): Override | undefined {
    if (override?.mode !== 'drain') return override;
    const since = clock.now();
    return { mode: 'drain', since, ...(timeoutMs !== undefined && { deadline: since + timeoutMs * 1000 }) };
  }

  function operateAddress(order: Order): Operated {
    const { real, service } = order;
    const override = timed(order);
    const services = health
      .status()
      .filter((server) => server.real === real && (service === undefined || server.service === service))
      .map((server) => server.service);
    const kept = services.length > 0 ? operator.set(real, service, override) : Promise.resolve(ok(undefined));
    if (override === undefined) health.pardon(real, service);
    return { services, kept };
  }

  return (order) => {
    const done = placesCalled(config(), order.real).map((real) => operateAddress({ ...order, real }));
    return {
      services: [...new Set(done.flatMap(({ services }) => services))],
      kept: Promise.all(done.map(({ kept }) => kept)).then(
        (all) => all.find(({ ok: isKept }) => !isKept) ?? ok(undefined),
      ),
    };
  };
}
