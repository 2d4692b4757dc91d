// IMAP, plain or TLS, from the start or asked for: up when the server greets and, with a login, takes LOGIN. Changes nothing;
// ldirectord also sends EXPUNGE, by an accident of its library.
// Source: RFC 9051 §6.2.1 (STARTTLS), §6.2.3 (LOGIN), §7.1 (responses) and §9 (strings); ldirectord's imap and imaps checks.

import type { ImapTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, success } from './talk/judge-error.ts';
import { type Dialogue, holdDialogue } from './talk/line-dialogue.ts';

export const probeImap = (target: ImapTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { goodbye: 'a2 LOGOUT' }, (dialogue) => talk(target, dialogue));

async function talk({ login, passwd, tls }: ImapTarget, dialogue: Dialogue): Promise<ProbeResult> {
  const { hear, say } = dialogue;
  const greeting = await hear();
  const preauthenticated = /^\* PREAUTH\b/i.test(greeting);
  if (!preauthenticated && !/^\* OK\b/i.test(greeting)) {
    return failure(`the connection is answered with ${greeting}`);
  }
  if (tls?.asked === true) {
    // §6.2.1: who is logged in may not ask for it.
    if (preauthenticated)
      return failure(`the connection is answered with ${greeting}: too late for STARTTLS`);
    say('a0 STARTTLS');
    const answer = await hearTagged(dialogue);
    if (!/^a0 OK\b/i.test(answer)) return failure(`STARTTLS is answered with ${answer}`);
    await dialogue.encrypt();
  }
  // §7.1.4: who is logged in by the connection alone may not log in again.
  if (login === '' || preauthenticated) return success(greeting);
  say('a1 LOGIN', `${quoted(login)} ${quoted(passwd)}`);
  const answer = await hearTagged(dialogue);
  return /^a1 OK\b/i.test(answer) ? success('logged in') : failure(`LOGIN is answered with ${answer}`);
}

/** What is not for this command alone is passed over, but for a farewell. */
async function hearTagged({ hear }: Dialogue): Promise<string> {
  let answer = await hear();
  while (answer.startsWith('* ') && !/^\* BYE\b/i.test(answer)) answer = await hear();
  return answer;
}

/** §9 "quoted". */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
