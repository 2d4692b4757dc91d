// One probe for every kind of check that is a dialogue in text, a datagram, a file or an agent's word. They are
// small and need no library: the first of them loads all.

import type { ProbeResult } from '../model/probe-result.ts';
import type { TextTarget } from '../model/text-check.ts';
import { probeAgent } from './agent.ts';
import { probeFile } from './file.ts';
import { probeFtp } from './ftp.ts';
import { probeImap } from './imap.ts';
import { probeNntp } from './nntp.ts';
import { probePop } from './pop.ts';
import { probeSimpleTcp } from './simpletcp.ts';
import { probeSip } from './sip.ts';
import { probeSmtp } from './smtp.ts';
import { probeUdp } from './udp.ts';

export { probeWithAgent } from './with-agent.ts';

export function probeText(target: TextTarget, signal: AbortSignal): Promise<ProbeResult> {
  switch (target.kind) {
    case 'smtp':
      return probeSmtp(target, signal);
    case 'pop':
      return probePop(target, signal);
    case 'imap':
      return probeImap(target, signal);
    case 'nntp':
      return probeNntp(target, signal);
    case 'ftp':
      return probeFtp(target, signal);
    case 'simpletcp':
      return probeSimpleTcp(target, signal);
    case 'sip':
      return probeSip(target, signal);
    case 'udp':
      return probeUdp(target, signal);
    case 'file':
      return probeFile(target);
    case 'agent':
      return probeAgent(target, signal);
  }
}
