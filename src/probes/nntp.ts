// NNTP: up when the server greets with 2xx (200 posting allowed, 201 prohibited).
// Source: RFC 3977 §5.1; ldirectord's nntp check, which looks at the first digit and says nothing.

import type { NntpTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, success } from './talk/judge-error.ts';
import { holdDialogue } from './talk/line-dialogue.ts';

export const probeNntp = (target: NntpTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { goodbye: 'QUIT' }, async ({ hear }) => {
    const greeting = await hear();
    return greeting.startsWith('2')
      ? success(greeting)
      : failure(`the connection is answered with ${greeting}`);
  });
