// A check with an agent's word beside it: the check decides whether the server is up, the agent how much weight it
// gets, and it may take the server out. An agent that is not there, or makes no sense, changes nothing (HAProxy).
import type { WithAgentTarget } from '../health/target.ts';
import type { Probe, ProbeResult } from '../ports/probe.ts';
import { askAgent } from './agent.ts';

/** An agent must not hold up the check that it stands beside. */
const patienceMs = 1000;

/** @param probe makes the check itself. */
export async function probeWithAgent(
  { main, agent }: WithAgentTarget,
  signal: AbortSignal,
  probe: Probe,
): Promise<ProbeResult> {
  const asked = askAgent(agent, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]));
  const checked = await probe(main, signal);
  if (checked.outcome !== 'success') return checked;
  const { result, spoke } = await asked;
  if (!spoke) return checked;
  if (result.outcome !== 'success') return result;
  return { ...checked, ...result, detail: `${checked.detail}; ${result.detail}` };
}
