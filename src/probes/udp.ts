// UDP with a payload: up when a reply comes that fits, or, where none is wanted, when no ICMP error comes.
// Source: keepalived's UDP_CHECK, with the same rules for what fits.

import type { UdpTarget } from '../model/checks/signs.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { connectDatagram } from './talk/ask-datagram.ts';
import { converse } from './talk/conversation.ts';
import { failure, success } from './talk/judge-error.ts';

export const probeUdp = (target: UdpTarget, signal: AbortSignal): Promise<ProbeResult> =>
  converse(signal, async (conversation) => {
    const socket = await connectDatagram(conversation, target);
    conversation.doing = target.requireReply === undefined ? 'send' : 'reply';
    return new Promise((resolve) => {
      socket.once('message', (reply) => resolve(judgeReply(target, reply)));
      socket.send(Buffer.from(target.payload, 'hex'));
      if (target.requireReply !== undefined) return;
      const quiet = setTimeout(() => resolve(success('no ICMP error')), target.quietMs);
      conversation.closeAtEnd(() => clearTimeout(quiet));
    });
  });

/** A pattern is compared as far as both reach; without one the length alone is judged, and only where one is due. */
export function judgeReply(
  { requireReply: pattern, replyBytesMin, replyBytesMax }: UdpTarget,
  reply: Buffer,
): ProbeResult {
  const size = `${reply.length} bytes`;
  if (pattern === undefined) return success(`a reply of ${size}`);
  if (reply.length < replyBytesMin || reply.length > replyBytesMax) {
    return failure(`a reply of ${size}, not of ${replyBytesMin} to ${replyBytesMax}`);
  }
  const said = reply.toString('hex');
  const differs = [...pattern].findIndex(
    (nibble, index) => index < said.length && nibble !== 'x' && nibble !== said[index],
  );
  if (differs < 0) return success(`a reply of ${size}`);
  const byte = Math.floor(differs / 2);
  const wanted = pattern.slice(byte * 2, byte * 2 + 2);
  return failure(`byte ${byte} of the reply is ${said.slice(byte * 2, byte * 2 + 2)}, not ${wanted}`);
}
