// The virtual services as `run` needs them: checks over the sockets and programs of this machine, what the operator
// says, weights, quorums, the table and the firewall marks of its kernel.

import type { CommandQueue } from '../daemon/commands/command-queue.ts';
import { fallbackCommands } from '../daemon/commands/fallback-commands.ts';
import { createQuorumCommands } from '../daemon/commands/quorum-commands.ts';
import { createServerCommands } from '../daemon/commands/server-commands.ts';
import type { DaemonPorts } from '../daemon/daemon-ports.ts';
import { createHealthLoop } from '../daemon/health/health-loop.ts';
import type { Listener } from '../daemon/listeners.ts';
import { createMarkKeeper } from '../daemon/marks/mark-keeper.ts';
import { createOperator } from '../daemon/operator/operator.ts';
import { createQuorums } from '../daemon/reconcile/quorums.ts';
import { createReconcileLoop } from '../daemon/reconcile/reconcile-loop.ts';
import { createWeights } from '../daemon/reconcile/weights.ts';
import { withServerCommands } from '../daemon/reconcile/with-server-commands.ts';
import type { Journal } from '../journal/event.ts';
import { createIpvsKernel } from '../kernel/ipvs.ts';
import { createMarkKernel } from '../kernel/marks.ts';
import type { ServiceName } from '../model/ipvs.ts';
import { err, type Result } from '../net/result.ts';
import type { RunScript } from '../ports/tracked.ts';
import { createMaintenance } from '../probes/maintenance-dir.ts';
import { createProbe } from '../probes/probe-target.ts';
import { systemClock as clock } from '../system/clock.ts';
import { missingAcceptLocal } from '../system/host/accepts-local.ts';
import { reverseLookup } from '../system/names/reverse-lookup.ts';
import { openIcmpSocket } from '../system/sockets/icmp-socket.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import { sourceTowards } from '../system/sockets/source-address.ts';
import { checksAtOnce, createRunnerOfProcesses } from './check-processes.ts';
import type { StateFiles } from './state-files.ts';

/** An operator waits so long to hear that what was said is kept. */
const answerMsMax = 5000;

export type ServicesShell = {
  readonly journal: Journal;
  readonly runScript: RunScript;
  readonly commands: CommandQueue;
  readonly state: StateFiles;
  /** Has it told every event. */
  readonly listen: (listener: Listener) => void;
  /** Of the configuration of the moment. */
  readonly maintenancedir: () => string | undefined;
  /** As Daemon has it. */
  readonly verdictChanged: (service?: ServiceName) => void;
};

export type Services = Pick<
  DaemonPorts,
  'health' | 'operator' | 'weights' | 'quorums' | 'reconcile' | 'marks'
>;

export function openServices(shell: ServicesShell): Services {
  const { journal, runScript, commands, state, verdictChanged } = shell;
  const health = createHealthLoop({
    ...{ clock, journal },
    probe: createProbe({
      openPingPort: (family, bind) => openIcmpSocket(family, clock, bind),
      runScript,
      clientPaths: {
        ...{ sourceTowards, missingAcceptLocal, now: () => clock.now() / 1000 },
        markOf: (...server) => table.checkMarkOf(...server),
      },
    }),
    inMaintenance: createMaintenance({
      directory: shell.maintenancedir,
      nameOf: (address) => reverseLookup(address),
      now: () => clock.now() / 1000,
    }),
    concurrency: checksAtOnce(),
    createRunner: createRunnerOfProcesses,
    onVerdict: ({ service }) => verdictChanged(service),
  });
  const operator = createOperator({
    initial: state.overrides.read(),
    save: (overrides) => {
      const written = state.overrides.write(overrides);
      void written.then(state.report);
      return within(answerMsMax, written);
    },
    onChanged: () => verdictChanged(),
  });
  const weights = createWeights({
    clock,
    healthFactsOf: health.weightFactsOf,
    overrideOf: operator.overrideOf,
    onGrown: () => verdictChanged(),
  });
  const [{ verdictOf }, { weigh }] = [health, weights];
  const quorumCommands = createQuorumCommands({ journal, queue: commands });
  const quorums = createQuorums({ journal, verdictOf, weigh, commands: quorumCommands });
  const serverCommands = createServerCommands({ journal, queue: commands });
  shell.listen(serverCommands.heard);
  const table = createReconcileLoop({
    ...{ clock, journal, verdictOf, weigh, quorumOf: quorums.quorumOf },
    kernel: createIpvsKernel(() => openNetlinkSocket('generic'), clock),
    runFallbackCommand: fallbackCommands({ journal, queue: commands }),
    onOwnedChanged: (services) => void state.owned.write(services).then(state.report),
    drainOf: operator.drainOf,
    isDraining: () => !operator.isSilent(),
    leavingBefore: state.leaving.read(),
    onLeavingChanged: (leaving) => void state.leaving.write(leaving).then(state.report),
  });
  const marks = createMarkKeeper({
    ...{ clock, journal, leavingServices: table.leavingServices },
    kernel: createMarkKernel(() => openNetlinkSocket('netfilter'), clock),
  });
  const reconcile = withServerCommands(table, serverCommands);
  return { health, operator, weights, quorums, reconcile, marks };
}

function within(limitMs: number, written: Promise<Result<void>>): Promise<Result<void>> {
  return new Promise((resolve) => {
    const late = err(`Cannot keep state yet: expected a disk that writes within ${limitMs} ms, got none`);
    const timer = setTimeout(() => resolve(late), limitMs);
    void written.then((result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}
