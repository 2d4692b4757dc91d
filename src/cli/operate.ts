// `drain`, `disable`, `enable` and `weight`: what the operator says of one real server. The daemon keeps it
// through reloads and restarts.

import { parseDuration } from '../config/values/scalars.ts';
import { shown } from '../net/shown.ts';
import { askDaemon } from './ask-daemon.ts';
import { type Arguments, type ExitCode, type Io, type Run, textOption } from './command-line.ts';

export const runDrain: Run = (given, io) => operate('drain', given, io);
export const runDisable: Run = (given, io) => operate('disable', given, io);
export const runEnable: Run = (given, io) => operate('enable', given, io);
export const runWeight: Run = (given, io) => operate('weight', given, io);

async function operate(action: string, { options, positionals }: Arguments, io: Io): Promise<ExitCode> {
  const [real, weight] = positionals;
  if (real === undefined || (action === 'weight') !== (weight !== undefined)) {
    io.stderr(
      `Cannot ${action}: expected REAL${action === 'weight' ? ' and a weight' : ''}, got ${shown(positionals.join(' ')) || 'nothing'}\n`,
    );
    return 2;
  }
  const words = new URLSearchParams({ action, real });
  if (weight !== undefined) words.set('weight', weight);
  const timeout = textOption(options, 'timeout');
  const timeoutMs = timeout === undefined ? undefined : parseDuration(timeout);
  if (timeout !== undefined && timeoutMs === undefined) {
    io.stderr(`Cannot drain: expected a time (seconds, or with a unit: 60s, 5m), got ${shown(timeout)}\n`);
    return 2;
  }
  if (timeoutMs !== undefined) words.set('timeout_ms', `${timeoutMs}`);
  const service = textOption(options, 'service');
  if (service !== undefined) words.set('service', service);
  const answer = await askDaemon(options, 'POST', `/server?${words}`, io);
  if (answer === undefined) return 1;
  const {
    error,
    services = [],
    unkept,
  } = answer.body as {
    readonly error?: string;
    readonly unkept?: string;
    readonly services?: readonly string[];
  };
  if (answer.status !== 200) {
    io.stderr(`${error ?? `Cannot ${action} ${real}`}\n`);
    return 1;
  }
  io.stdout(`${action} ${real}${weight === undefined ? '' : ` ${weight}`} in ${services.join(', ')}\n`);
  if (unkept === undefined) return 0;
  io.stderr(`It holds now, but not after a restart of the daemon: ${unkept}\n`);
  return 1;
}
