// A check made by a program of the administrator's: up when it exits with 0. Run without a shell, with the
// arguments of its target and no more; the deadline kills it with all that it has started. How a program is run is ports/tracked's.
// Source: ldirectord's external and external-perl, but a program killed by a signal has failed; misc_dynamic
// (docs/reference/keepalived.md §6).
import type { ExternalTarget } from '../model/checks/plain.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import type { RunScript, ScriptResult } from '../ports/tracked.ts';
import { failure, success, unmade } from './talk/judge-error.ts';

export type ExternalProbe = (target: ExternalTarget, signal: AbortSignal) => Promise<ProbeResult>;

/** keepalived's misc_dynamic: an exit status from here on is a weight and this. */
const weightOffset = 2;

export function createExternalProbe(runScript: RunScript): ExternalProbe {
  /** Checks whose program has not ended: killed, but held in the kernel. */
  const running = new Set<string>();

  return async (target, signal) => {
    const key = JSON.stringify(target);
    if (running.has(key)) return failure('the run before cannot be ended');
    running.add(key);
    const { user } = target;
    const run = runScript({ command: commandOf(target), ...(user !== undefined && { user }) });
    void run.ended.then(() => running.delete(key));
    if (signal.aborted) run.kill();
    else signal.addEventListener('abort', run.kill);
    const result = await run.result;
    signal.removeEventListener('abort', run.kill);
    return signal.aborted ? judgeLate(result) : judge(result, target);
  };
}

const commandOf = ({ command, interpreter, arguments: given }: ExternalTarget): readonly string[] =>
  interpreter === undefined ? [command, ...given] : [interpreter, command, ...given];

function judge(result: ScriptResult, { dynamicWeight }: ExternalTarget): ProbeResult {
  if (result.outcome === 'unmade') return unmade(result.detail);
  const { detail, exitStatus = 1 } = result;
  if (result.outcome === 'success') return success(detail);
  if (dynamicWeight !== true || exitStatus < weightOffset) return failure(detail);
  return { outcome: 'success', detail, weight: exitStatus - weightOffset };
}

function judgeLate(result: ScriptResult): ProbeResult {
  const said = result.outcome === 'unmade' ? undefined : result.said;
  return failure(`did not end in time${said === undefined ? '' : `: ${said}`}`);
}
