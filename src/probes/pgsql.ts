// PostgreSQL, in clear or over TLS: a login and one query; up when it yields a row. Nothing comes from the environment or from password
// files. Source: ldirectord's pgsql check.
import type { Socket } from 'node:net';
import pg from 'pg';
import type { SqlTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { judgeRows, queryOf } from './judge-rows.ts';
import { type Conversation, converse } from './talk/conversation.ts';
import { dial, encrypt, encryptionOf } from './talk/dial.ts';
import { farewell } from './talk/farewell.ts';
import { hearOnce } from './talk/hear-once.ts';
import { failure } from './talk/judge-error.ts';

/** Values are counted, never read. */
const unread = { getTypeParser: () => (value: unknown) => value };

export function probePgsql(target: SqlTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const socket = await connect(target, conversation);
    if (typeof socket === 'string') return failure(socket);
    conversation.doing = `log in as ${target.user}`;
    const client = new pg.Client({
      host: target.address,
      port: target.port,
      user: target.user,
      password: () => target.password, // an empty text would be looked up elsewhere
      database: target.database || target.user,
      ssl: false,
      stream: () => connected(socket),
      application_name: 'lvs-director',
      types: unread,
    });
    client.on('error', conversation.fail);
    await client.connect();
    conversation.doing = queryOf(target);
    const results = [await client.query({ text: target.query, rowMode: 'array' })].flat();
    const verdict = judgeRows(target, Math.max(...results.map(({ rows }) => rows.length)));
    return farewell(conversation, verdict, () => client.end());
  });
}

/** @returns why not, where the server does not agree to TLS */
async function connect(target: SqlTarget, conversation: Conversation): Promise<Socket | string> {
  const socket = await dial(conversation, target);
  const encryption = encryptionOf(target);
  if (encryption === undefined) return socket;
  conversation.doing = 'ask for TLS';
  socket.write(sslRequest);
  const answer = await hearOnce(socket, (bytes) => bytes.toString('latin1'));
  // Anything behind the S would have come in clear, from anybody on the way.
  if (answer !== 'S') return `TLS is ${answer === 'N' ? 'not offered' : 'answered with what is no answer'}`;
  return encrypt(conversation, { socket, address: target.address }, encryption);
}

/** Protocol "Message Formats", SSLRequest: its length and its code, which no version of the protocol has. */
const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** The library wants to connect it itself. */
const connected = (socket: Socket): Socket =>
  Object.assign(socket, {
    connect: () => {
      setImmediate(() => socket.emit('connect'));
      return socket;
    },
  });
