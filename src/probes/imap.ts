// IMAP, plain or TLS from the start: up when the server greets and, with a login, takes LOGIN. Changes nothing;
// ldirectord also sends EXPUNGE, by an accident of its library.
// Source: RFC 9051 §6.2.3 (LOGIN), §7.1 (responses) and §9 (strings); ldirectord's imap and imaps checks.

import type { ImapTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, success } from './talk/judge-error.ts';
import { type Dialogue, holdDialogue } from './talk/line-dialogue.ts';

export const probeImap = (target: ImapTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { goodbye: 'a2 LOGOUT' }, (dialogue) => talk(target, dialogue));

async function talk({ login, passwd }: ImapTarget, { hear, say }: Dialogue): Promise<ProbeResult> {
  const greeting = await hear();
  const preauthenticated = /^\* PREAUTH\b/i.test(greeting);
  if (!preauthenticated && !/^\* OK\b/i.test(greeting)) {
    return failure(`the connection is answered with ${greeting}`);
  }
  // §7.1.4: who is logged in by the connection alone may not log in again.
  if (login === '' || preauthenticated) return success(greeting);
  say('a1 LOGIN', `${quoted(login)} ${quoted(passwd)}`);
  let answer = await hear();
  while (answer.startsWith('* ') && !/^\* BYE\b/i.test(answer)) answer = await hear();
  return /^a1 OK\b/i.test(answer) ? success('logged in') : failure(`LOGIN is answered with ${answer}`);
}

/** §9 "quoted". */
const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
