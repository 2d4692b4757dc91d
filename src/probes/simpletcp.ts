// Simple TCP: sends a text, ends its side of the connection, and is content when one line of what comes back
// matches. Lines keep their ends, so that a pattern means what it means in ldirectord, whose simpletcp check this is.

import type { SimpleTcpTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { encodeText } from '../net/raw-bytes.ts';
import { judgeUnmatched } from './match/judge-receive.ts';
import { matchLines } from './match/match-body.ts';
import { success } from './talk/judge-error.ts';
import { type Dialogue, holdDialogue } from './talk/line-dialogue.ts';

const limits = { lineBytesMax: 128 * 1024, bytesMax: 128 * 1024, keepsLineFeeds: true } as const;

export const probeSimpleTcp = (target: SimpleTcpTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { limits }, (dialogue) => talk(target, dialogue));

async function talk(
  { request, receive }: SimpleTcpTarget,
  { conversation, socket, hearAll }: Dialogue,
): Promise<ProbeResult> {
  conversation.doing = receive === undefined ? 'get a line' : 'get a line that matches receive';
  socket.end(encodeText(request));
  for (;;) {
    const lines = await hearAll();
    if (receive === undefined) return success(`a line came: ${lines[0]?.replace(/\n$/, '') ?? ''}`);
    const outcome = await matchLines(receive, lines, conversation);
    if (outcome === 'yes') return success('receive matches');
    if (outcome !== 'no') return judgeUnmatched(outcome, receive, `${lines.length} line(s)`);
  }
}
