// SIP: asks OPTIONS over UDP or TCP; up when the final answer is 200. Over UDP the request is sent again as the
// protocol wants it, since a lost datagram says nothing of a server; ldirectord sends it once.
// Source: RFC 3261 §7.1, §8.1.1 and §11; ldirectord's sip check.
import { randomBytes } from 'node:crypto';
import type { SipTarget } from '../model/checks/dialogues.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { familyOf, type Ip, parseIp } from '../net/ip.ts';
import { encodeText } from '../net/raw-bytes.ts';
import { askDatagram, connectDatagram } from './talk/ask-datagram.ts';
import { converse } from './talk/conversation.ts';
import { failure, success } from './talk/judge-error.ts';
import { type Dialogue, holdDialogue } from './talk/line-dialogue.ts';

/** Enough of a datagram to read its first line. */
const statusBytesMax = 1024;

export const probeSip = (target: SipTarget, signal: AbortSignal): Promise<ProbeResult> =>
  target.transport === 'udp'
    ? probeOverUdp(target, signal)
    : holdDialogue(target, signal, {}, (dialogue) => talk(target, dialogue));

async function talk(target: SipTarget, { conversation, socket, hear }: Dialogue): Promise<ProbeResult> {
  conversation.doing = 'OPTIONS';
  socket.write(encodeText(requestOf(target, socket.localAddress ?? '', socket.localPort ?? 0)));
  let rest = '';
  for (;;) {
    const line = rest === '' ? await hear() : rest;
    // §7.5: empty lines before a message are nothing; many clients send them to keep a connection open.
    const verdict = line === '' ? undefined : judgeStatus(line);
    if (verdict !== undefined) return verdict;
    rest = line === '' ? '' : await skipMessage(hear);
  }
}

/** What is left of a message whose first line was heard. @returns what follows its body on the same line. */
async function skipMessage(hear: Dialogue['hear']): Promise<string> {
  let bytes = 0;
  for (let line = await hear(); line !== ''; line = await hear()) {
    // §20.14; l is its short form (§7.3.3).
    const length = /^(?:content-length|l)[ \t]*:[ \t]*(\d{1,9})[ \t]*$/i.exec(line)?.[1];
    if (length !== undefined) bytes = Number(length);
  }
  while (bytes > 0) {
    const line = Buffer.from(await hear());
    if (line.length > bytes) return line.toString('utf8', bytes);
    bytes -= line.length + 2;
  }
  return '';
}

const probeOverUdp = (target: SipTarget, signal: AbortSignal): Promise<ProbeResult> =>
  converse(signal, async (conversation) => {
    const socket = await connectDatagram(conversation, target);
    conversation.doing = 'OPTIONS';
    const { address, port } = socket.address();
    const request = encodeText(requestOf(target, address, port));
    return askDatagram(conversation, socket, request, (message) => {
      const [first = ''] = message.toString('utf8', 0, statusBytesMax).trimStart().split(/\r?\n/);
      return judgeStatus(first);
    });
  });

/**
 * @returns undefined for a provisional answer (§7.2, 1xx), after which the final one is awaited, and for a request of the
 * server's own, which may come first on a connection
 */
function judgeStatus(line: string): ProbeResult | undefined {
  if (/^[A-Z]+ \S+ SIP\/2\.0$/i.test(line)) return undefined;
  // §7.1: of any case.
  const [, code] = /^SIP\/2\.0 ([1-6]\d\d)(?: |$)/i.exec(line) ?? [];
  if (code === undefined) return failure(`OPTIONS is answered with what is not SIP: ${line}`);
  if (code.startsWith('1')) return undefined;
  return code === '200' ? success(line) : failure(`OPTIONS is answered with ${line}`);
}

/** §8.1.1 with the header fields that ldirectord sends; branch, tag and Call-ID are new each time, as §8.1.1 wants. */
function requestOf(
  { transport, address, login }: SipTarget,
  localAddress: string,
  localPort: number,
): string {
  const local = parseIp(localAddress);
  const via = local === undefined ? localAddress : formatEndpoint({ address: local, port: localPort });
  const uri = `sip:${login === '' ? hostOf(address) : login}`;
  const token = () => randomBytes(8).toString('hex');
  return [
    `OPTIONS ${uri} SIP/2.0`,
    `Via: SIP/2.0/${transport.toUpperCase()} ${via};branch=z9hG4bK${token()};rport`,
    'Max-Forwards: 70',
    `To: <${uri}>`,
    `From: <${uri}>;tag=${token()}`,
    `Call-ID: ${token()}`,
    'CSeq: 1 OPTIONS',
    `Contact: <${uri}>`,
    'Accept: application/sdp',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

const hostOf = (address: Ip): string => (familyOf(address) === 'inet6' ? `[${address}]` : address);
