// A check with an agent's word beside it: the check decides whether the server is up, the agent how much weight it
// gets, and it may take the server out. An agent that is not there, or makes no sense, changes nothing (HAProxy):
// the weight that it asked for last stays.
import type { LoneTarget, WithAgentTarget } from '../model/checks/checks.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { askAgent } from './agent.ts';

/** An agent must not hold up the check that it stands beside. */
const patienceMs = 1000;

/** @param probe makes the check itself. */
export async function probeWithAgent(
  { main, agent }: WithAgentTarget,
  signal: AbortSignal,
  probe: (target: LoneTarget, signal: AbortSignal) => Promise<ProbeResult>,
): Promise<ProbeResult> {
  const asked = askAgent(agent, AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]));
  const checked = await probe(main, signal);
  if (checked.outcome !== 'success') return checked;
  const { result, spoke } = await asked;
  const key = JSON.stringify(agent);
  if (!spoke) return withWeight(checked, lastWeights.get(key));
  if (result.outcome !== 'success') return result;
  remember(key, result.weightPercent);
  return withWeight({ ...checked, detail: `${checked.detail}; ${result.detail}` }, result.weightPercent);
}

/** What it said to whoever asked before, where nothing is known of it here. */
export function recallAgent({ agent }: WithAgentTarget, weightPercent: number): void {
  const key = JSON.stringify(agent);
  if (!lastWeights.has(key)) remember(key, weightPercent);
}

const withWeight = (result: ProbeResult, weightPercent: number | undefined): ProbeResult =>
  result.outcome !== 'success' || weightPercent === undefined ? result : { ...result, weightPercent };

/** By agent. Those of servers that are long gone must not add up. */
const lastWeights = new Map<string, number>();
const rememberedMax = 20_000;

function remember(agent: string, weightPercent: number | undefined): void {
  lastWeights.delete(agent);
  if (weightPercent === undefined) return;
  lastWeights.set(agent, weightPercent);
  const [oldest] = lastWeights.keys();
  if (lastWeights.size > rememberedMax && oldest !== undefined) lastWeights.delete(oldest);
}
