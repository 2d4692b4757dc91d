// What a config would change in the kernel's IPVS table, by the verdicts, weights and quorums of the running daemon where
// there is one, and by what its state files keep. Changes nothing.

import { drainIn, type Overrides, overrideIn, parseOverrides } from '../daemon/operator/operator.ts';
import { parseLeavingState } from '../daemon/reconcile/leaving-servers.ts';
import type { DaemonStatus } from '../daemon/report/status.ts';
import { createIpvsKernel } from '../kernel/ipvs.ts';
import type { Config } from '../model/config/config.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import { formatServiceId, type RealName, type ServiceName } from '../model/ipvs.ts';
import { serverKey } from '../model/names.ts';
import type { QuorumOf, VerdictOf, Weigh } from '../model/verdict.ts';
import { type Plan, planFor } from '../reconcile/plan.ts';
import { propose } from '../reconcile/propose.ts';
import { type ServingWeight, stepQuorum, viewOf, weighServers } from '../reconcile/quorum.ts';
import { weigh, weightOf } from '../reconcile/weigh.ts';
import { systemClock } from '../system/clock.ts';
import { ownedServicesIn } from '../system/files/owned-services.ts';
import { openStateFile } from '../system/files/state-file.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';

/** @param all with the private services of checks. @returns the reason where the kernel cannot be asked. */
export async function tablePlanFor(
  config: Config,
  running: DaemonStatus | undefined,
  all: boolean,
): Promise<Plan | string> {
  const { virtuals, ipvs, director } = config;
  const kernel = createIpvsKernel(openNetlinkSocket('generic'), systemClock);
  const observed = await kernel.observe();
  kernel.close();
  // Who configures no service needs no IPVS.
  if (!observed.ok && virtuals.length > 0) return observed.error.message;
  const configured = virtuals.map(({ id }) => formatServiceId(id));
  const owned = new Set([...configured, ...ownedServicesIn(director.stateDir).read()]);
  const overrides = openStateFile(director.stateDir, 'operator.json', { parse: parseOverrides }).read();
  const policy = { owned, foreign: ipvs.foreign };
  const [verdictOf, weigh] = [
    running === undefined ? () => 'up' as const : verdictsOf(running),
    weightsOf(running, overrides),
  ];
  const quorumOf = quorumsAfter(running, (virtual) => weighServers(virtual, verdictOf, weigh), virtuals);
  const leaving = {
    state: openStateFile(director.stateDir, 'leaving.json', { parse: parseLeavingState }).read(),
    now: systemClock.now(),
    drainOf: (service: ServiceName, real: RealName) => drainIn(overrides, service, real),
    wasOurs: () => true,
  };
  const goal = { virtuals, verdictOf, weigh, quorumOf, policy, leaving };
  return planFor(virtuals, propose(observed.ok ? observed.value : [], goal), all);
}

/** As they would be after a reload: from their running state, by the limits of this config. */
function quorumsAfter(
  running: DaemonStatus | undefined,
  weightOfServers: (virtual: VirtualConfig) => ServingWeight,
  virtuals: readonly VirtualConfig[],
): QuorumOf {
  const states = new Map(running?.services.map(({ service, quorum }) => [service, quorum?.state] as const));
  const views = virtuals.map((virtual) => {
    const { id, quorum: limits } = virtual;
    const service = formatServiceId(id);
    if (limits === undefined) return [service, 'held'] as const;
    const state = states.get(service) ?? 'unknown';
    const before = { held: state === 'held', known: state !== 'unknown' };
    return [service, viewOf(stepQuorum(before, weightOfServers(virtual), limits))] as const;
  });
  const known = new Map(views);
  return (service) => known.get(service) ?? 'held';
}

/** By what the running daemon goes by at this moment (agents, slow start); else by what the operator said alone. */
function weightsOf(running: DaemonStatus | undefined, overrides: Overrides): Weigh {
  const known = new Map(
    running?.services.flatMap(({ service, reals }) =>
      reals.map(({ real, weighing = {} }) => [serverKey(service, real), weighing] as const),
    ),
  );
  return (service, real, configured) => {
    const override = overrideIn(overrides, service, real);
    const facts = known.get(serverKey(service, real)) ?? (override === undefined ? {} : { override });
    return weightOf(weigh(configured, facts));
  };
}

/** A server that the running daemon does not know is unverified, as it would be after a reload. */
function verdictsOf({ services }: DaemonStatus): VerdictOf {
  const known = new Map(
    services.flatMap(({ service, reals, fallbacks }) => [
      ...fallbacks.map(({ address, verdict }) => [serverKey(service, address), verdict] as const),
      ...reals.map(({ real, verdict }) => [serverKey(service, real), verdict] as const),
    ]),
  );
  return (service, real) => known.get(serverKey(service, real)) ?? 'unverified';
}
