// `lvs-director plan`: what a config would change in the kernel's IPVS table, without changing it. The verdicts
// are the running daemon's where there is one; else every server is taken for up, and that is said.
import type { Config } from '../config/config.ts';
import { formatProblem } from '../config/format-problem.ts';
import { type Overrides, overrideIn, parseOverrides } from '../daemon/operator.ts';
import type { DaemonStatus } from '../daemon/status.ts';
import { createIpvsKernel } from '../kernel/ipvs.ts';
import { formatServiceId } from '../reconcile/model.ts';
import { type Plan, planOf } from '../reconcile/plan.ts';
import { propose } from '../reconcile/propose.ts';
import type { VerdictOf, Weigh } from '../reconcile/verdict-view.ts';
import { weigh, weightOf } from '../reconcile/weigh.ts';
import { systemClock } from '../system/clock.ts';
import { askControlSocket } from '../system/control-socket.ts';
import { openNetlinkSocket } from '../system/netlink-socket.ts';
import { ownedServicesIn } from '../system/owned-services.ts';
import { openStateFile } from '../system/state-file.ts';
import { controlSocketPath, socketOptions } from './ask-daemon.ts';
import { defaultConfigFile, type ExitCode, type Io, parseArguments, textOption } from './command-line.ts';
import { formatPlan } from './plan-format.ts';
import { readConfig } from './read-config.ts';

export async function runPlan(argv: readonly string[], io: Io): Promise<ExitCode> {
  const given = parseArguments(argv, { ...socketOptions, json: { type: 'boolean' } }, io);
  if (given === undefined) return 2;
  const file = textOption(given.options, 'config') ?? defaultConfigFile;
  const { config, problems } = readConfig(file, textOption(given.options, 'director'));
  io.stderr(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
  if (config === undefined) return 2;
  const verdictOf = await runningVerdicts(controlSocketPath(given.options));
  if (verdictOf === undefined) io.stderr('No daemon answers here: every server is taken for up\n');
  const plan = await planFor(config, verdictOf ?? (() => 'up'));
  if (typeof plan === 'string') {
    io.stderr(`Cannot read the IPVS table: ${plan}\n`);
    return 1;
  }
  io.stdout(given.options.json === true ? `${JSON.stringify(plan, null, 2)}\n` : formatPlan(plan));
  return 0;
}

/** @returns the reason where the kernel cannot be asked. */
async function planFor(config: Config, verdictOf: VerdictOf): Promise<Plan | string> {
  const { virtuals, ipvs, director } = config;
  const kernel = createIpvsKernel(openNetlinkSocket('generic'), systemClock);
  const observed = await kernel.observe();
  kernel.close();
  if (!observed.ok) return observed.error.message;
  const configured = virtuals.map(({ id }) => formatServiceId(id));
  const owned = new Set([...configured, ...ownedServicesIn(director.stateDir).read()]);
  const overrides = openStateFile(director.stateDir, 'operator.json', parseOverrides).read();
  const policy = { owned, foreign: ipvs.foreign };
  const goal = { virtuals, verdictOf, weigh: operatorWeights(overrides), policy };
  return planOf(propose(observed.value, goal).operations);
}

/** What the operator said holds in the plan too; slow start and agents are of the running daemon alone. */
function operatorWeights(overrides: Overrides): Weigh {
  return (service, real, configured) => {
    const override = overrideIn(overrides, service, real);
    return weightOf(weigh(configured, override === undefined ? {} : { override }));
  };
}

/** A server that the running daemon does not know is unverified, as it would be after a reload. */
async function runningVerdicts(socket: string): Promise<VerdictOf | undefined> {
  const answer = await askControlSocket(socket, 'GET', '/status');
  if (!answer.ok || answer.value.status !== 200) return undefined;
  const { services } = answer.value.body as DaemonStatus;
  const known = new Map(
    services.flatMap(({ service, reals }) =>
      reals.map(({ real, verdict }) => [`${service} ${real}`, verdict] as const),
    ),
  );
  return (service, real) => known.get(`${service} ${real}`) ?? 'unverified';
}
