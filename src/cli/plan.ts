// `lvs-director plan`: what a config would change in the kernel's IPVS table and of what virtual routers hold, without
// changing it. The verdicts
// are the running daemon's where there is one; else every server is taken for up, and that is said.

import { directorChangesFor } from '../compose/director-changes.ts';
import { heldChangesFor } from '../compose/held-changes.ts';
import { markChangesFor } from '../compose/mark-changes.ts';
import { readConfigNow } from '../compose/read-config-now.ts';
import { formatProblem } from '../config/format-problem.ts';
import { drainIn, type Overrides, overrideIn, parseOverrides } from '../daemon/operator/operator.ts';
import { parseLeavingState } from '../daemon/reconcile/departures.ts';
import type { DaemonStatus } from '../daemon/report/status.ts';
import { createIpvsKernel } from '../kernel/ipvs.ts';
import type { Config } from '../model/config/config.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import { formatServiceId } from '../model/ipvs.ts';
import type { QuorumOf, VerdictOf, Weigh } from '../model/verdict.ts';
import { withDirectorChanges } from '../reconcile/director-plan.ts';
import { withMarkChanges } from '../reconcile/marks.ts';
import { type Plan, planFor, withSettingLines } from '../reconcile/plan.ts';
import { propose } from '../reconcile/propose.ts';
import { type ServingWeight, stepQuorum, viewOf, weighServers } from '../reconcile/quorum.ts';
import { weigh, weightOf } from '../reconcile/weigh.ts';
import { formatPlan, paintPlan } from '../render/plan.ts';
import { systemClock } from '../system/clock.ts';
import { ownedServicesIn } from '../system/files/owned-services.ts';
import { openStateFile } from '../system/files/state-file.ts';
import { askControlSocket } from '../system/sockets/control-socket.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import { socketOptions } from './ask-daemon.ts';
import { defaultConfigFile, type ExitCode, type Io, parseArguments, textOption } from './command-line.ts';
import { findSocket } from './seek-socket.ts';

const planOptions = {
  ...socketOptions,
  json: { type: 'boolean' },
  'detailed-exitcode': { type: 'boolean' },
} as const;

/** With --detailed-exitcode, as terraform has it: 0 nothing to change, 2 something, 1 whatever went wrong. */
export async function runPlan(argv: readonly string[], io: Io): Promise<ExitCode> {
  const plan = await makePlan(argv, io);
  if (!argv.includes('--detailed-exitcode')) return typeof plan === 'number' ? plan : 0;
  if (typeof plan === 'number') return 1;
  return plan.lines.length + (plan.settings?.length ?? 0) > 0 ? 2 : 0;
}

/** @returns an exit code where there is none. */
async function makePlan(argv: readonly string[], io: Io): Promise<Plan | ExitCode> {
  const given = parseArguments(argv, planOptions, io);
  if (given === undefined) return 2;
  const file = textOption(given.options, 'config') ?? defaultConfigFile;
  const { config, problems } = await readConfigNow(file, textOption(given.options, 'director'));
  io.stderr(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
  if (config === undefined) return 2;
  const running = await runningStatus(await findSocket(given.options));
  if (running === undefined) io.stderr('No daemon answers here: every server is taken for up\n');
  const table = await tablePlanFor(config, running);
  if (typeof table === 'string') {
    io.stderr(`Cannot read the IPVS table: ${table}\n`);
    return 1;
  }
  const phaseOf = (instance: string) => running?.vrrp.find(({ name }) => name === instance)?.phase;
  const changes = await directorChangesFor(config.ipvs, config.director.stateDir, phaseOf);
  const marks = await markChangesFor(config.virtuals);
  const held = await heldChangesFor(config.vrrp, phaseOf);
  const plan = withSettingLines(withMarkChanges(withDirectorChanges(table, changes), marks), held);
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  if (given.options.json === true) io.stdout(`${JSON.stringify(plan, null, 2)}\n`);
  else io.stdout(formatPlan(plan), colour ? paintPlan : undefined);
  return plan;
}

/** @returns the reason where the kernel cannot be asked. */
async function tablePlanFor(config: Config, running: DaemonStatus | undefined): Promise<Plan | string> {
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
    drainOf: (service: string, real: string) => drainIn(overrides, service, real),
    wasOurs: () => true,
  };
  const goal = { virtuals, verdictOf, weigh, quorumOf, policy, leaving };
  return planFor(virtuals, propose(observed.ok ? observed.value : [], goal));
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
      reals.map(({ real, weighing = {} }) => [`${service} ${real}`, weighing] as const),
    ),
  );
  return (service, real, configured) => {
    const override = overrideIn(overrides, service, real);
    const facts = known.get(`${service} ${real}`) ?? (override === undefined ? {} : { override });
    return weightOf(weigh(configured, facts));
  };
}

async function runningStatus(socket: string): Promise<DaemonStatus | undefined> {
  const answer = await askControlSocket(socket, 'GET', '/status');
  return answer.ok && answer.value.status === 200 ? (answer.value.body as DaemonStatus) : undefined;
}

/** A server that the running daemon does not know is unverified, as it would be after a reload. */
function verdictsOf({ services }: DaemonStatus): VerdictOf {
  const known = new Map(
    services.flatMap(({ service, reals, fallbacks }) => [
      ...fallbacks.map(({ address, verdict }) => [`${service} ${address}`, verdict] as const),
      ...reals.map(({ real, verdict }) => [`${service} ${real}`, verdict] as const),
    ]),
  );
  return (service, real) => known.get(`${service} ${real}`) ?? 'unverified';
}
