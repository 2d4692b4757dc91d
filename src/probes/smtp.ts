// SMTP and submission: up when the server greets and takes EHLO, or HELO where it does not know EHLO. No mail is
// begun, nobody logs in, TLS is not asked for. Source: RFC 5321 §3.1, §3.2 and §4.1.1.10; ldirectord's smtp check.

import type { SmtpTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, success } from './talk/judge-error.ts';
import { type Dialogue, holdDialogue } from './talk/line-dialogue.ts';
import { hearReply, refused } from './talk/reply.ts';

export const probeSmtp = (target: SmtpTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { goodbye: 'QUIT' }, (dialogue) => talk(target, dialogue));

async function talk({ heloName }: SmtpTarget, dialogue: Dialogue): Promise<ProbeResult> {
  const greeting = await hearReply(dialogue);
  if (greeting.kind !== 2) return failure(refused('the connection', greeting));
  dialogue.say('EHLO', heloName);
  const ehlo = await hearReply(dialogue);
  if (ehlo.kind === 2) return success(greeting.text);
  // RFC 5321 §3.2: a server from before the extensions refuses EHLO for good, and takes HELO.
  if (ehlo.kind !== 5) return failure(refused('EHLO', ehlo));
  dialogue.say('HELO', heloName);
  const helo = await hearReply(dialogue);
  return helo.kind === 2 ? success(greeting.text) : failure(refused('HELO', helo));
}
