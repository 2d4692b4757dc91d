// `lvs-director plan`: what a config would change in the kernel's IPVS table and of what virtual routers hold, without
// changing it. The verdicts are the running daemon's where there is one; else every server is taken for up, and that is
// said.
import { directorChangesFor } from '../compose/director-changes.ts';
import { heldChangesFor } from '../compose/held-changes.ts';
import { markChangesFor } from '../compose/mark-changes.ts';
import { readConfigNow } from '../compose/read-config-now.ts';
import { tablePlanFor } from '../compose/table-plan.ts';
import { formatProblem } from '../config/format-problem.ts';
import type { DaemonStatus } from '../daemon/report/status.ts';
import { withDirectorChanges } from '../reconcile/director-plan.ts';
import { withMarkChanges } from '../reconcile/marks.ts';
import { type Plan, withSettingLines } from '../reconcile/plan.ts';
import { formatPlan, paintPlan } from '../render/plan.ts';
import { askControlSocket } from '../system/sockets/ask-control-socket.ts';
import {
  type Arguments,
  defaultConfigFile,
  type ExitCode,
  type Io,
  type Options,
  textOption,
} from './command-line.ts';
import { findSocket } from './seek-socket.ts';

/** With --detailed-exitcode, as terraform has it: 0 nothing to change, 2 something, 1 whatever went wrong. */
export async function runPlan({ options }: Arguments, io: Io): Promise<ExitCode> {
  const plan = await makePlan(options, io);
  if (options['detailed-exitcode'] !== true) return typeof plan === 'number' ? plan : 0;
  if (typeof plan === 'number') return 1;
  return plan.lines.length + (plan.settings?.length ?? 0) > 0 ? 2 : 0;
}

/** @returns an exit code where there is none. */
async function makePlan(options: Options, io: Io): Promise<Plan | ExitCode> {
  const file = textOption(options, 'config') ?? defaultConfigFile;
  const { config, problems } = await readConfigNow(file, textOption(options, 'director'));
  io.stderr(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
  if (config === undefined) return 2;
  const running = await runningStatus(await findSocket(options));
  if (running === undefined) io.stderr('No daemon answers here: every server is taken for up\n');
  const table = await tablePlanFor(config, running, options.all === true);
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
  if (options.json === true)
    io.stdout(`${JSON.stringify({ now: new Date().toISOString(), ...plan }, null, 2)}\n`);
  else io.stdout(formatPlan(plan), colour ? paintPlan : undefined);
  return plan;
}

async function runningStatus(socket: string): Promise<DaemonStatus | undefined> {
  const answer = await askControlSocket(socket, 'GET', '/status');
  return answer.ok && answer.value.status === 200 ? (answer.value.body as DaemonStatus) : undefined;
}
