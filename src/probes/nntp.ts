// NNTP, plain or TLS, from the start or asked for: up when the server greets with 2xx (200 posting allowed, 201 prohibited).
// Source: RFC 3977 §5.1; RFC 4642 §2.2 (STARTTLS, after which no greeting comes); ldirectord's nntp check, which looks at the
// first digit and says nothing.

import type { NntpTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, success } from './talk/judge-error.ts';
import { holdDialogue } from './talk/line-dialogue.ts';

export const probeNntp = (target: NntpTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { goodbye: 'QUIT' }, async ({ hear, say, encrypt }) => {
    const greeting = await hear();
    if (!greeting.startsWith('2')) return failure(`the connection is answered with ${greeting}`);
    if (target.tls?.asked !== true) return success(greeting);
    say('STARTTLS');
    const answer = await hear();
    if (!/^382(?: |$)/.test(answer)) return failure(`STARTTLS is answered with ${answer}`);
    await encrypt();
    return success(greeting);
  });
