// Plays a scenario: the faults, then the quiet phase in which the core must find its active and keep it. The
// same scenario and machine always give the same run, step by step.
import { createDeadline } from '../../src/daemon/vrrp/router/deadline.ts';
import type { Micros } from '../../src/ports/clock.ts';
import { step } from '../../src/vrrp/step.ts';
import { createAgenda } from './agenda.ts';
import { createClient } from './client.ts';
import { cutOff, losePower, startHost, strike } from './faults.ts';
import { createHost } from './host.ts';
import { createLan } from './lan.ts';
import { createNeighbours } from './neighbours.ts';
import { createRandom } from './random.ts';
import { createReferee } from './referee.ts';
import { createRouter } from './router.ts';
import type { GroupPlan, Scenario } from './scenario.ts';
import { endOf } from './windows.ts';
import type { Finding, Group, Host, Machine, Trace, World } from './world.ts';

export const realMachine: Machine = { step, createDeadline, asks: true };

export type Outcome = {
  /** The first invariant that broke. */
  readonly finding: Finding | undefined;
  readonly simulatedUs: Micros;
  readonly steps: number;
  readonly adverts: number;
  readonly transitions: number;
  /** How long nobody answered the client, each time, once somebody had. */
  readonly outagesUs: readonly Micros[];
};

export type Options = { readonly machine?: Machine; readonly trace?: Trace };

export function simulate(scenario: Scenario, { machine = realMachine, trace }: Options = {}): Outcome {
  const world = createWorld(scenario, machine, trace);
  const { agenda, referee } = world;
  planAll(world);
  const end = endOf(scenario);
  for (let run = agenda.take(end); run !== undefined; run = agenda.take(end)) {
    referee.timePassed();
    if (referee.finding() !== undefined) break;
    run();
    if (referee.finding() !== undefined) break;
  }
  if (referee.finding() === undefined) referee.ended();
  return {
    finding: referee.finding(),
    simulatedUs: agenda.now(),
    ...world.counts,
    outagesUs: world.groups.flatMap((group) =>
      world.client
        .outages(group)
        .filter(({ from }) => from > 0)
        .map(({ from, until }) => until - from),
    ),
  };
}

function createWorld(scenario: Scenario, machine: Machine, trace: Trace | undefined): World {
  const random = createRandom(scenario.seed);
  const agenda = createAgenda();
  const hosts = scenario.hosts.map(createHost);
  const world: World = {
    ...{ scenario, machine, random, agenda, hosts, trace },
    groups: scenario.groups.map((plan, index) => createGroup(plan, index, hosts)),
    lan: createLan(scenario, agenda, random),
    client: createClient(() => world),
    neighbours: createNeighbours(() => world),
    referee: createReferee(() => world),
    counts: { steps: 0, adverts: 0, transitions: 0 },
  };
  return world;
}

function createGroup(plan: GroupPlan, index: number, hosts: readonly Host[]): Group {
  const [first] = plan.routers;
  const virtualRouterId = first?.config.virtualRouterId ?? 0;
  const group: Group = { index, name: plan.name, virtualRouterId, routers: [], squattedUntil: 0 };
  for (const each of plan.routers) {
    const host = hosts[each.host] as Host;
    const router = createRouter(each, host, group);
    group.routers.push(router);
    host.routers.push(router);
  }
  return group;
}

function planAll(world: World): void {
  const { agenda, scenario, hosts, groups, client } = world;
  for (const group of groups) client.refresh(group);
  for (const host of hosts) agenda.plan(host.plan.startAt, () => startHost(world, host));
  for (const fault of scenario.faults) {
    if (fault.at < scenario.faultsEndAt) agenda.plan(fault.at, () => strike(world, fault));
  }
  agenda.plan(scenario.faultsEndAt, () => world.lan.endWeather());
  for (const { host: index, how } of scenario.broken) {
    const host = hosts[index] as Host;
    // After all that ends then.
    agenda.plan(scenario.faultsEndAt + 1, () => {
      if (how === 'dead') losePower(world, host, () => {});
      else cutOff(world, host);
    });
  }
}
