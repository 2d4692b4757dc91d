// PostgreSQL: a login and one query; up when it yields a row. Nothing comes from the environment or from password
// files. Source: ldirectord's pgsql check.
import { Socket } from 'node:net';
import pg from 'pg';
import type { SqlTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { judgeRows, queryOf } from './judge-rows.ts';
import { converse } from './talk/conversation.ts';
import { farewell } from './talk/farewell.ts';
import { guardSocket } from './talk/guard-socket.ts';

/** Values are counted, never read. */
const unread = { getTypeParser: () => (value: unknown) => value };

export function probePgsql(target: SqlTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    // The library wants to connect it itself.
    const socket = guardSocket(new Socket(), conversation.fail);
    conversation.closeAtEnd(() => socket.destroy());
    socket.once('connect', () => {
      conversation.doing = `log in as ${target.user}`;
    });
    const client = new pg.Client({
      host: target.address,
      port: target.port,
      user: target.user,
      password: () => target.password, // an empty text would be looked up elsewhere
      database: target.database || target.user,
      ssl: false,
      stream: () => socket,
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
