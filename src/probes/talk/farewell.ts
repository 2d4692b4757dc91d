// A goodbye after the verdict: servers log connections that are just dropped, and some stumble over them. It changes
// the verdict no more, and is not waited for long.
import type { ProbeResult } from '../../model/probe-result.ts';
import type { Conversation } from './conversation.ts';

const farewellMs = 500;

/** @param goodbye settles when it is said, or not at all. @returns `verdict` */
export async function farewell(
  conversation: Conversation,
  verdict: ProbeResult,
  goodbye: () => Promise<unknown>,
): Promise<ProbeResult> {
  conversation.verdict = verdict;
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, farewellMs);
  });
  conversation.closeAtEnd(() => clearTimeout(timer));
  await Promise.race([goodbye().catch(() => {}), patience]);
  return verdict;
}
