// ICMP echo: up at the first reply to any of the tries. All pings of a family share one socket, open only while
// a reply is awaited; replies are told apart by a random token in the payload, since a ping socket hides the
// identifier and a raw one hears the replies to everybody's pings. Source: RFC 792, RFC 4443; ldirectord's ping.
import { randomBytes } from 'node:crypto';
import type { PingTarget } from '../model/checks/plain.ts';
import type { CheckBinding } from '../model/config/check.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { type Family, familyOf, type Ip } from '../net/ip.ts';
import type { Result } from '../net/result.ts';
import type { DatagramPort, ReceivedDatagram } from '../ports/datagram.ts';
import { decodeEchoReply, encodeEchoRequest } from '../wire/packet/icmp.ts';
import { failure, judgeError, success, unmade } from './talk/judge-error.ts';

/** Opens a port for ICMP messages without their IP header, or says at which step it cannot, and the errno. */
export type OpenPingPort = (family: Family, bind?: CheckBinding) => Result<DatagramPort, PingPortFailure>;
export type PingPortFailure = { readonly step: string; readonly code: string };

const tokenBytes = 8;
/** As the ping of ldirectord sends. */
const payloadBytes = 64;

/** Pings that wait for a reply, by token, and the socket on which they wait. */
type Line = {
  readonly port: DatagramPort;
  readonly awaited: Map<string, { readonly address: Ip; readonly settle: (result: ProbeResult) => void }>;
};

export function createPingProbe(
  openPort: OpenPingPort,
): (target: PingTarget & { readonly bind?: CheckBinding }, signal: AbortSignal) => Promise<ProbeResult> {
  /** By family and binding: a check that leaves otherwise has a socket of its own. */
  const lines = new Map<string, Line>();

  const lineFor = (key: string, family: Family, bind?: CheckBinding): Result<Line, PingPortFailure> => {
    const known = lines.get(key);
    if (known !== undefined) return { ok: true, value: known };
    const opened = openPort(family, bind);
    if (!opened.ok) return opened;
    const line: Line = { port: opened.value, awaited: new Map() };
    lines.set(key, line);
    line.port.onReceived((datagram) => hear(line, family, datagram));
    line.port.onError((error) => {
      for (const { settle } of [...line.awaited.values()]) settle(unmade(`ping socket: ${error.message}`));
    });
    return { ok: true, value: line };
  };

  const leave = (line: Line, key: string, token: string): void => {
    line.awaited.delete(token);
    if (line.awaited.size > 0 || lines.get(key) !== line) return;
    lines.delete(key);
    line.port.close();
  };

  return (target, signal) => {
    const family = familyOf(target.address);
    const key = `${family} ${JSON.stringify(target.bind ?? {})}`;
    const line = lineFor(key, family, target.bind);
    if (!line.ok) {
      return Promise.resolve(unmade(`cannot ping: ${line.error.code} at: ${line.error.step}`));
    }
    return pingOn(line.value, target, signal, (token) => leave(line.value, key, token));
  };
}

function hear(line: Line, family: Family, { bytes, source }: ReceivedDatagram): void {
  const reply = decodeEchoReply(family, bytes);
  if (reply === undefined) return;
  const awaited = line.awaited.get(Buffer.from(reply.payload.subarray(0, tokenBytes)).toString('hex'));
  if (awaited?.address === source) awaited.settle(success(`reply to try ${reply.sequence}`));
}

/** Sends try after try until a reply or the end of `signal`; after the last one only the signal ends the wait. */
function pingOn(
  { port, awaited }: Line,
  { address, tries, tryTimeoutMs }: PingTarget,
  signal: AbortSignal,
  onEnd: (token: string) => void,
): Promise<ProbeResult> {
  const payload = Buffer.alloc(payloadBytes);
  randomBytes(tokenBytes).copy(payload);
  const token = payload.toString('hex', 0, tokenBytes);
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    let sent = 0;
    let refused: ProbeResult | undefined;
    const settle = (result: ProbeResult) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', expire);
      onEnd(token);
      resolve(result);
    };
    const expire = () => settle(refused ?? failure(`no reply to ${sent === 1 ? '1 try' : `${sent} tries`}`));
    const send = () => {
      sent += 1;
      const request = encodeEchoRequest(familyOf(address), {
        identifier: payload.readUInt16BE(0),
        sequence: sent,
        payload,
      });
      if (sent < tries) timer = setTimeout(send, tryTimeoutMs);
      port.send(request, address, (error) => {
        if (error === undefined || error === null || !awaited.has(token)) return;
        refused = judgeError(error, 'send an echo request');
        if (refused.outcome === 'unmade' || sent === tries) settle(refused);
      });
    };
    signal.addEventListener('abort', expire);
    awaited.set(token, { address, settle });
    send();
  });
}
