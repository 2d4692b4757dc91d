// MySQL and MariaDB, in clear or over TLS: a login and one query; up when it yields a row. Nothing of what the server sends
// is compiled, or read from files here. Source: ldirectord's mysql check.
import type { Socket } from 'node:net';
import { type Connection, createConnection } from 'mysql2';
import type { SqlTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { judgeRows, queryOf } from './judge-rows.ts';
import { answerEd25519 } from './mysql-ed25519.ts';
import { type Conversation, converse } from './talk/conversation.ts';
import { dial, encrypt, encryptionOf } from './talk/dial.ts';
import { farewell } from './talk/farewell.ts';

export function probeMysql(target: SqlTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const stream = await dial(conversation, target);
    const encryption = encryptionOf(target);
    conversation.doing = `log in as ${target.user}`;
    const connection = createConnection({
      stream,
      user: target.user,
      password: target.password,
      database: target.database,
      rowsAsArray: true,
      disableEval: true,
      connectTimeout: 0, // the deadline is the signal's
      flags: ['-LOCAL_FILES'],
      authPlugins: { client_ed25519: () => (scramble: Buffer) => answerEd25519(target.password, scramble) },
      ...(encryption !== undefined && { ssl: {} }), // how: encryptWith
    });
    if (encryption !== undefined) {
      encryptWith(connection, stream, conversation, async () => {
        const { doing } = conversation;
        const socket = await encrypt(conversation, { socket: stream, address: target.address }, encryption);
        conversation.doing = doing;
        return socket;
      });
    }
    connection.on('error', conversation.fail);
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()));
    });
    conversation.doing = queryOf(target);
    const rows = await new Promise<unknown>((resolve, reject) => {
      connection.query(target.query, (error, found) => (error ? reject(error) : resolve(found)));
    });
    // What is no query has a count of rows instead of a list.
    const verdict = judgeRows(target, Array.isArray(rows) ? rows.length : undefined);
    const quit = () => new Promise<void>((resolve) => connection.end(() => resolve()));
    return farewell(conversation, verdict, quit);
  });
}

/** What the library calls when the server has agreed to TLS, and what it reads and writes with (mysql2/lib/base/connection.js). */
type Upgradable = {
  startTLS: (onSecure: () => void) => void;
  write: (bytes: Buffer) => void;
  readonly packetParser: { readonly execute: (bytes: Buffer) => void };
};

/** In the library's place, as every check meets TLS in one way. */
function encryptWith(
  connection: Connection,
  stream: Socket,
  { fail }: Conversation,
  encrypted: () => Promise<Socket>,
): void {
  const upgradable = connection as unknown as Upgradable;
  upgradable.startTLS = (onSecure) => {
    stream.removeAllListeners('data');
    encrypted().then((socket) => {
      socket.on('data', (bytes: Buffer) => upgradable.packetParser.execute(bytes));
      socket.on('error', fail);
      upgradable.write = (bytes) => socket.write(bytes);
      onSecure();
    }, fail);
  };
}
