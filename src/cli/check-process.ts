// The hidden command `check-process`: makes checks for the main process, which has forked it. It gives up being root before
// it speaks with anybody, and ends with the main process, however that ends. SIGTERM, SIGINT and SIGHUP reach the whole
// process group; what they mean is for the main process to say.
import { checksAtOnce } from '../compose/check-processes.ts';
import { runChecks } from '../daemon/health/processes/check-process.ts';
import type { CheckTask, FromCheckProcess, ToCheckProcess } from '../daemon/health/processes/messages.ts';
import { judgeFault } from '../daemon/judge-fault.ts';
import { err } from '../net/result.ts';
import { createProbe } from '../probes/probe-target.ts';
import { systemClock as clock } from '../system/clock.ts';
import { faultStatus, takeFaults } from '../system/host/faults.ts';
import { takeSignals } from '../system/host/signals.ts';
import { inSources } from '../system/host/source-frames.ts';
import { openParentInbox } from '../system/programs/parent-inbox.ts';
import { becomeUnprivileged } from '../system/programs/unprivileged.ts';
import type { ExitCode, Io } from './command-line.ts';

export async function runCheckProcess(_: readonly string[], io: Io): Promise<ExitCode> {
  if (process.send === undefined) {
    io.stderr('Cannot run check-process: expected the main process to speak to, got none\n');
    return 2;
  }
  takeSignals(() => {});
  process.once('disconnect', () => process.exit(0));
  const inbox = openParentInbox(process);
  const tell = (message: FromCheckProcess, onLeft = () => {}) => {
    if (process.connected) process.send?.(message, undefined, undefined, onLeft);
  };
  takeFaults(({ kind, error }) => {
    const { isOfCheck, ...facts } = judgeFault(inSources(error));
    const event = { event: 'daemon.fault', process: 'check', kind, ...facts, ends: !isOfCheck } as const;
    tell({ type: 'fault', event }, () => {
      if (!isOfCheck) process.exit(faultStatus);
    });
  });
  const concurrency = checksAtOnce();
  const user = becomeUnprivileged();
  // The main process may have ended before.
  if (!process.connected) return 0;
  tell({ type: 'ready', ...(user !== undefined && { user }) });
  const probe = createProbe({ openPingPort: () => err({ step: 'open', code: 'EPERM' }) });
  runChecks(
    { clock, probe, concurrency, recall },
    {
      send: tell,
      onMessage: (listener) => inbox.onMessage((message) => listener(message as ToCheckProcess)),
    },
  );
  return new Promise(() => {});
}

function recall({ plan, weightPercent }: CheckTask): void {
  const { target } = plan.main;
  if (target.kind !== 'with-agent' || weightPercent === undefined) return;
  void import('../probes/with-agent.ts').then(({ recallAgent }) => recallAgent(target, weightPercent));
}
