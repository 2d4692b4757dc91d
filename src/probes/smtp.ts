// SMTP and submission: up when the server greets and takes EHLO, or HELO where it does not know EHLO. No mail is
// begun, nobody logs in; TLS is asked for where that is configured, and then greeted anew.
// Source: RFC 5321 §3.1, §3.2 and §4.1.1.10; RFC 3207; ldirectord's smtp check.

import type { SmtpTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, success } from './talk/judge-error.ts';
import { type Dialogue, holdDialogue } from './talk/line-dialogue.ts';
import { hearReply, refused } from './talk/reply.ts';

export const probeSmtp = (target: SmtpTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { goodbye: 'QUIT' }, (dialogue) => talk(target, dialogue));

async function talk({ heloName, tls }: SmtpTarget, dialogue: Dialogue): Promise<ProbeResult> {
  const greeting = await hearReply(dialogue);
  if (greeting.kind !== 2) return failure(refused('the connection', greeting));
  const refusal =
    (await introduce(heloName, dialogue)) ?? (tls?.asked && (await startTls(heloName, dialogue)));
  return refusal === undefined ? success(greeting.text) : failure(refusal);
}

/** @returns why not */
async function introduce(heloName: string, dialogue: Dialogue): Promise<string | undefined> {
  dialogue.say('EHLO', heloName);
  const ehlo = await hearReply(dialogue);
  if (ehlo.kind === 2) return undefined;
  // RFC 5321 §3.2: a server from before the extensions refuses EHLO for good, and takes HELO.
  if (ehlo.kind !== 5) return refused('EHLO', ehlo);
  dialogue.say('HELO', heloName);
  const helo = await hearReply(dialogue);
  return helo.kind === 2 ? undefined : refused('HELO', helo);
}

/** RFC 3207 §4.2: all that was said before is forgotten. @returns why not */
async function startTls(heloName: string, dialogue: Dialogue): Promise<string | undefined> {
  dialogue.say('STARTTLS');
  const agreed = await hearReply(dialogue);
  if (agreed.kind !== 2) return refused('STARTTLS', agreed);
  await dialogue.encrypt();
  return introduce(heloName, dialogue);
}
