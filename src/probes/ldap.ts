// LDAP, in clear or over TLS, from the start or asked for: a bind, then a search for one entry at its own place (scope base); up when it is there alone and its name
// matches. No attribute is asked for. Source: RFC 4511; ldirectord's ldap and ldaps checks.
import type { Socket } from 'node:net';
import { Client, InvalidCredentialsError, NoSuchObjectError } from 'ldapts';
import type { LdapTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { familyOf } from '../net/ip.ts';
import { readStartTlsResponse, startTlsRequest } from '../wire/ldap-start-tls.ts';
import { judgeUnmatched } from './match/judge-receive.ts';
import { type Asker, matchBody } from './match/match-body.ts';
import { type Conversation, converse } from './talk/conversation.ts';
import { dial, diallingOf, encrypt, encryptionOf } from './talk/dial.ts';
import { farewell } from './talk/farewell.ts';
import { hearOnce } from './talk/hear-once.ts';
import { failure, success } from './talk/judge-error.ts';

/** RFC 4511 §4.5.1.8: no attributes. */
const noAttributes = ['1.1'];

export function probeLdap(target: LdapTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const { address, port, base, login } = target;
    const socket = await connect(target, conversation);
    if (typeof socket === 'string') return failure(socket);
    // The library would connect anew when the connection is lost: there is only this one.
    const once = () => {
      if (socket.destroyed) throw new Error('connection closed');
      return socket;
    };
    const client = new Client({
      url: `ldap://${familyOf(address) === 'inet6' ? `[${address}]` : address}:${port}`,
      createConnection: once,
    });
    conversation.doing = login === undefined ? 'bind anonymously' : `log in as ${login.user}`;
    try {
      await client.bind(login?.user ?? '', login?.password ?? '');
      conversation.doing = `find ${base === '' ? 'the root DSE' : base}`;
      const { searchEntries } = await client.search(base, {
        scope: 'base',
        filter: '(objectClass=*)',
        attributes: noAttributes,
      });
      const verdict = await judge(target, searchEntries, conversation);
      return await farewell(conversation, verdict, () => client.unbind());
    } catch (error) {
      if (error instanceof InvalidCredentialsError) {
        return failure(`cannot ${conversation.doing}: wrong name or password`);
      }
      if (error instanceof NoSuchObjectError) return failure(`cannot ${conversation.doing}: no such entry`);
      throw error;
    }
  });
}

/** @returns why not, where the server does not agree to TLS */
async function connect(target: LdapTarget, conversation: Conversation): Promise<Socket | string> {
  const socket = await dial(conversation, target, diallingOf(target));
  const encryption = encryptionOf(target);
  if (encryption === undefined || target.tls?.asked !== true) return socket;
  conversation.doing = 'ask for TLS (StartTLS)';
  socket.write(startTlsRequest);
  const code = await hearOnce(socket, readStartTlsResponse);
  if (code !== 0)
    return `StartTLS is answered with ${code === undefined ? 'what is no answer' : `result ${code}`}`;
  return encrypt(conversation, { socket, address: target.address }, encryption);
}

async function judge(
  { receive }: LdapTarget,
  entries: readonly { readonly dn: string }[],
  asker: Asker,
): Promise<ProbeResult> {
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) return failure(`${entries.length} entries found, not one`);
  const says = `found ${entry.dn === '' ? 'the root DSE' : entry.dn}`;
  if (receive === undefined) return success(says);
  // The library has put U+FFFD where the name is no UTF-8, as RFC 4514 §2 wants it.
  if (entry.dn.includes('\u{fffd}')) return failure(`${says}, which is not UTF-8: receive is not compared`);
  const outcome = await matchBody(receive, entry.dn, asker);
  if (outcome === 'yes') return success(`${says}, receive matches`);
  if (outcome === 'no') return failure(`${says}, receive does not match`);
  return judgeUnmatched(outcome, receive, says);
}
