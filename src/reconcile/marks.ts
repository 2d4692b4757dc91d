// Which firewall marks shall be set, what is between them and those that are, in words and as lines of a plan. Pure; the
// table that holds them is the kernel's matter.
import type { VirtualConfig } from '../model/config/service.ts';
import { formatServiceId, type ServiceName } from '../model/ipvs.ts';
import type { Family } from '../net/ip.ts';
import { type Mark, markKey } from '../net/mark.ts';
import { type Plan, withSettingLines } from './plan.ts';

/** What the kernel has: marks, no table, or one that somebody has changed beyond its marks. */
export type ObservedMarks = readonly Mark[] | 'none' | 'damaged';

/** @property before absent: it is not marked. @property after absent: it shall not be. */
export type MarkChange = { readonly what: string; readonly before?: string; readonly after?: string };

/** In one order: what is equal reads equal. */
export function marksOf(virtuals: readonly VirtualConfig[], family: Family): readonly Mark[] {
  const marks = virtuals.flatMap(({ id, marks: listed = [] }) =>
    id.kind === 'fwmark' && id.family === family
      ? listed.map(({ protocol, address, port }) => ({ protocol, address, port, mark: id.fwmark }))
      : [],
  );
  return inOrder(marks);
}

const inOrder = (marks: readonly Mark[]): readonly Mark[] =>
  [...marks].sort((a, b) => (markKey(a) < markKey(b) ? -1 : 1));

/**
 * A service that drains keeps its marks until it goes, or a client that persistence keeps on a server would lose it
 * with its next connection. @param before what is set now, of the family. @param leavingServices such services
 */
export function withLeavingServices(
  wanted: readonly Mark[],
  before: readonly Mark[],
  { family, leavingServices }: { readonly family: Family; readonly leavingServices: readonly ServiceName[] },
): readonly Mark[] {
  const taken = new Set(wanted.map(markKey));
  const leads = ({ mark }: Mark) =>
    leavingServices.includes(formatServiceId({ kind: 'fwmark', family, fwmark: mark }));
  return inOrder([...wanted, ...before.filter((mark) => leads(mark) && !taken.has(markKey(mark)))]);
}

/** None where all is as it should be: an empty table is not. */
export function diffMarks(observed: ObservedMarks, wanted: readonly Mark[]): readonly MarkChange[] {
  if (observed === 'damaged')
    return [{ what: 'the table of marks', before: 'changed by others', after: 'ours' }];
  const there = byKey(observed === 'none' ? [] : observed);
  const goal = byKey(wanted);
  const gone = [...there].filter(([key]) => !goal.has(key)).map(([what, before]) => ({ what, before }));
  const set = [...goal]
    .filter(([key, mark]) => there.get(key) !== mark)
    .map(([what, after]) => {
      const before = there.get(what);
      return before === undefined ? { what, after } : { what, before, after };
    });
  if (gone.length + set.length > 0 || wanted.length > 0 || observed === 'none') return [...set, ...gone];
  return [{ what: 'the table of marks', before: 'empty' }];
}

const byKey = (marks: readonly Mark[]): ReadonlyMap<string, string> =>
  new Map(marks.map((each) => [markKey(each), String(each.mark)]));

export const describeMarkChange = ({ what, before, after }: MarkChange): string =>
  `${what}: ${before ?? 'not marked'} -> ${after ?? 'not marked'}`;

/** The plan with these beside it. */
export const withMarkChanges = (plan: Plan, changes: readonly MarkChange[]): Plan =>
  withSettingLines(
    plan,
    changes.map(({ what, before, after }) => ({
      sign: before === undefined ? '+' : after === undefined ? '-' : '~',
      setting: `mark ${what}`,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    })),
  );
