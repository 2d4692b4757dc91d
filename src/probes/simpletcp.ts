// Simple TCP: sends a text, ends its side of the connection, and is content when one line of what comes back
// matches. Lines keep a CR, so that a pattern means what it means in ldirectord, whose simpletcp check this is.
import type { SimpleTcpTarget } from '../health/text-target.ts';
import type { ProbeResult } from '../ports/probe.ts';
import { failure, success, unmade } from './judge-error.ts';
import { type Dialogue, holdDialogue } from './line-dialogue.ts';
import { matchLines } from './match-body.ts';

const limits = { lineBytesMax: 128 * 1024, bytesMax: 128 * 1024 };

export const probeSimpleTcp = (target: SimpleTcpTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { limits }, (dialogue) => talk(target, dialogue, signal));

async function talk(
  { request, receive }: SimpleTcpTarget,
  { conversation, socket, hearAll }: Dialogue,
  signal: AbortSignal,
): Promise<ProbeResult> {
  conversation.doing = receive === undefined ? 'get a line' : 'get a line that matches receive';
  socket.end(request);
  for (;;) {
    const lines = await hearAll();
    if (receive === undefined) return success(`a line came: ${lines[0] ?? ''}`);
    switch (await matchLines(receive, lines, signal)) {
      case 'yes':
        return success('receive matches');
      case 'no':
        break;
      case 'tooSlow':
        return failure('receive takes too long to match');
      case 'badPattern':
        return unmade(`receive is no regular expression: ${receive}`);
    }
  }
}
