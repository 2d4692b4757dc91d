// MySQL and MariaDB: a login and one query; up when it yields a row. Nothing of what the server sends is compiled
// or read from files here. Source: ldirectord's mysql check.
import { createConnection } from 'mysql2';
import type { SqlTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { judgeRows, queryOf } from './judge-rows.ts';
import { converse } from './talk/conversation.ts';
import { dial } from './talk/dial.ts';
import { farewell } from './talk/farewell.ts';

export function probeMysql(target: SqlTarget, signal: AbortSignal): Promise<ProbeResult> {
  return converse(signal, async (conversation) => {
    const stream = await dial(conversation, target);
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
    });
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
