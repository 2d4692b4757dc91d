// What the rows of an SQL check say, and how its query is named: in full it may hold what a log should not.
import type { SqlTarget } from '../model/checks/queries.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, success } from './talk/judge-error.ts';

export const queryOf = ({ query }: SqlTarget): string => `query ${query.slice(0, 60)}`;

/** @param rows undefined: the statement was no query */
export function judgeRows(target: SqlTarget, rows: number | undefined): ProbeResult {
  if (rows === undefined) return failure(`${queryOf(target)}: it is no query that yields rows`);
  return rows > 0 ? success(`${rows} row(s)`) : failure(`${queryOf(target)}: no rows`);
}
