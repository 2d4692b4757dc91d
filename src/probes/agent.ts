// An agent on the server that says in one line how much work the server wants: `up 75%`, `drain`, `maint`, `down`.
// Each answer stands by itself: one that names no weight means the configured one.
// Source: HAProxy's agent-check (configuration manual, "agent-check"), whose words these are.

import type { AgentTarget } from '../model/checks/signs.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { encodeText } from '../net/raw-bytes.ts';
import { failure, success } from './talk/judge-error.ts';
import { holdDialogue } from './talk/line-dialogue.ts';

const limits = { lineBytesMax: 1024, bytesMax: 4096 };

export type AgentAnswer = {
  readonly result: ProbeResult;
  /** Whether the agent spoke, in words that are known: else `result` says only that it did not. */
  readonly spoke: boolean;
};

/** The agent as the whole check: one that is not there, or makes no sense, is a server that is down. */
export const probeAgent = async (target: AgentTarget, signal: AbortSignal): Promise<ProbeResult> =>
  (await askAgent(target, signal)).result;

export async function askAgent(target: AgentTarget, signal: AbortSignal): Promise<AgentAnswer> {
  let spoke = false;
  const result = await holdDialogue(target, signal, { limits }, async ({ conversation, socket, hear }) => {
    conversation.doing = 'hear the agent';
    if (target.request !== '') socket.write(encodeText(target.request));
    const line = await hear();
    const judged = judgeAgent(line);
    spoke = judged !== undefined;
    return judged ?? failure(`the agent says nothing that is known: ${line}`);
  });
  return { result, spoke };
}

const upWords = new Set(['up', 'ready']);
const downWords = new Set(['down', 'fail', 'failed', 'stopped', 'maint']);

/** @returns undefined where no word is known. What is not known beside one that is does not matter. */
export function judgeAgent(line: string): ProbeResult | undefined {
  const [text = ''] = line.split('#'); // a description for people follows
  const words = text
    .toLowerCase()
    .split(/[\s,\0]+/)
    .filter((word) => word !== '');
  const detail = `the agent says ${line}`;
  if (words.some((word) => downWords.has(word))) return failure(detail);
  if (words.includes('drain')) return { outcome: 'success', detail, weightPercent: 0 };
  const weight = words.map(percentOf).find((percent) => percent !== undefined);
  if (weight !== undefined) return { outcome: 'success', detail, weightPercent: weight };
  return words.some((word) => upWords.has(word)) ? success(detail) : undefined;
}

/** HAProxy wants the percent sign; agents of other balancers leave it out. */
function percentOf(word: string): number | undefined {
  const [, digits] = /^(\d{1,6})%?$/.exec(word) ?? [];
  return digits === undefined ? undefined : Math.min(Number(digits), 100);
}
