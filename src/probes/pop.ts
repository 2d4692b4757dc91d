// POP3, plain or TLS, from the start or asked for: up when the server greets and, with a login, takes USER and PASS and can open
// the mailbox (STAT). Without a login the greeting is enough; ldirectord then counts even a dead server as up.
// Source: RFC 1939 §3, §5 and §7; RFC 2595 §4 (STLS); ldirectord's pop and pops checks.

import type { PopTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, success } from './talk/judge-error.ts';
import { type Dialogue, holdDialogue } from './talk/line-dialogue.ts';

export const probePop = (target: PopTarget, signal: AbortSignal): Promise<ProbeResult> =>
  holdDialogue(target, signal, { goodbye: 'QUIT' }, (dialogue) => talk(target, dialogue));

async function talk({ login, passwd, tls }: PopTarget, dialogue: Dialogue): Promise<ProbeResult> {
  const { hear, say } = dialogue;
  const greeting = await hear();
  if (!isPositive(greeting)) return failure(`the connection is answered with ${greeting}`);
  if (tls?.asked === true) {
    say('STLS');
    const answer = await hear();
    if (!isPositive(answer)) return failure(`STLS is answered with ${answer}`);
    await dialogue.encrypt();
  }
  if (login === '') return success(greeting);
  for (const [command, argument] of [['USER', login], ['PASS', passwd], ['STAT']] as const) {
    say(command, argument);
    const answer = await hear();
    if (isBusy(answer)) return success(answer);
    if (!isPositive(answer)) return failure(`${command} is answered with ${answer}`);
  }
  return success('logged in');
}

/** RFC 2449 §8.1: who logs in is known, but is in at another place, or was in too short a time ago. The server works. */
const isBusy = (line: string): boolean => /^-ERR \[(?:IN-USE|LOGIN-DELAY)\]/i.test(line);

/** RFC 1939 §3: a status indicator in capitals, then perhaps a text. */
const isPositive = (line: string): boolean => /^\+OK(?: |$)/.test(line);
