// RADIUS: an Access-Request with user name, password and our address; up when it is accepted. Answers that are
// not signed with our secret do not count. Source: RFC 2865; RFC 3579 §3.2 (Message-Authenticator, which newer
// servers insist on); ldirectord's radius check.
import { randomInt } from 'node:crypto';
import radius from 'radius';
import type { RadiusTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { familyOf, ipBytes, parseIp } from '../net/ip.ts';
import { signedAnswer } from './radius-signature.ts';
import { askDatagram, connectDatagram } from './talk/ask-datagram.ts';
import { converse } from './talk/conversation.ts';
import { failure, success } from './talk/judge-error.ts';

/** RFC 2865 §3. */
const codes: Readonly<Record<number, string>> = {
  2: 'Access-Accept',
  3: 'Access-Reject',
  11: 'Access-Challenge',
};

/** RFC 3162 §2.1. */
const nasIpv6Address = 95;

export function probeRadius(target: RadiusTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const socket = await connectDatagram(conversation, target);
    const { user, password, secret } = target;
    const request = radius.encode({
      code: 'Access-Request',
      identifier: randomInt(256),
      secret,
      attributes: [['User-Name', user], ['User-Password', password], ourAddress(socket.address().address)],
      add_message_authenticator: true,
    });
    const asked = `log in as ${user}`;
    conversation.doing = asked;
    const code = await askDatagram(conversation, socket, request, (response) => {
      const found = codeOf(request, response, secret);
      if (found === undefined) conversation.doing = `${asked} (got an answer that our secret did not sign)`;
      return found;
    });
    return code === 'Access-Accept' ? success(code) : failure(`cannot ${asked}: ${code}`);
  });
}

/** What the answer is; undefined where it is not signed with the secret, or is no answer at all. */
function codeOf(request: Buffer, datagram: Buffer, secret: string): string | undefined {
  const answer = signedAnswer(request, datagram, secret);
  return answer === undefined ? undefined : (codes[answer[0] ?? 0] ?? `code ${answer[0]}`);
}

function ourAddress(local: string): readonly [string | number, string | Buffer] {
  const address = parseIp(local.replace(/%.*/, ''));
  if (address === undefined || familyOf(address) === 'inet') return ['NAS-IP-Address', local];
  return [nasIpv6Address, Buffer.from(ipBytes(address))];
}
