// One tracked script: run again and again, never twice at a time, counted by rise and fall. A run that takes
// longer than the interval puts the next one off; one that cannot be ended is the last, and counts as failed.
import type { TrackScriptConfig } from '../../model/config/tracked.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunScript, ScriptRun } from '../../ports/tracked.ts';
import { countResult, failedYet, type RiseFall, unknownYet } from '../../vrrp/rise-fall.ts';
import type { Tell, Watch } from './watch.ts';

export type ScriptPorts = {
  readonly clock: Clock;
  readonly runScript: RunScript;
  readonly tell: Tell;
  /** Nothing is known of it, from an earlier configuration. */
  readonly isNew: boolean;
};

export function trackScript(config: TrackScriptConfig, ports: ScriptPorts): Watch {
  const { clock, runScript, tell } = ports;
  const isFailed = config.initFail === true && ports.isNew;
  let counted: RiseFall = isFailed ? failedYet : unknownYet;
  let running: ScriptRun | undefined;
  let cancel = () => {};
  let stopped = false;

  function run(): void {
    const startedAt = clock.now();
    const { command, user, timeoutMs, intervalMs } = config;
    const started = runScript({ command, timeoutMs, ...(user !== undefined && { user }) });
    running = started;
    void started.result.then(({ outcome, detail }) => {
      if (stopped || outcome === 'unmade') return;
      counted = countResult(counted, outcome === 'success', config);
      tell(counted.finding, detail);
    });
    void started.ended.then(() => {
      running = undefined;
      if (stopped) return;
      cancel = clock.after(Math.max(0, intervalMs - (clock.now() - startedAt) / 1000), run);
    });
  }

  if (isFailed) tell('down', `init_fail: until ${config.rise} successes`);
  run();
  return {
    stop: () => {
      stopped = true;
      cancel();
      running?.kill();
    },
  };
}
