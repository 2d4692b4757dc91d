// The check of a virtual_server: here one serves all servers of a service, so the first server's first checker is taken,
// and what others say otherwise is told.
import type { Fields, Noting } from '../converted.ts';
import { checkers, checkOf } from './checks.ts';
import type { Statement } from './tree.ts';

type Found = { readonly checker: Statement; readonly real: Statement; readonly fields: Fields };

export type CheckSurroundings = {
  readonly note: Noting;
  /** Files by the names that FILE_CHECK refers to. */
  readonly trackFiles: ReadonlyMap<string, string>;
};

export function serviceCheckOf(
  virtual: Statement,
  reals: readonly Statement[],
  { note, trackFiles }: CheckSurroundings,
): Fields {
  const all: readonly (readonly Found[])[] = reals.map((real) =>
    (real.block ?? [])
      .filter(({ key }) => checkers.has(key))
      .map((checker) => ({ checker, real, fields: checkOf({ checker, real, virtual, note, trackFiles }) })),
  );
  const first = all.find((checks) => checks.length > 0)?.[0];
  if (first === undefined) return { checktype: 'on' };
  for (const [i, checks] of all.entries()) {
    const real = reals[i] ?? first.real;
    if (checks.length === 0)
      note(real.at, 'check', `real_server without a check: gets that of line ${first.checker.at.line}`);
    noteOthers(checks, first, note);
  }
  return first.fields;
}

function noteOthers(checks: readonly Found[], first: Found, note: Noting): void {
  const wanted = JSON.stringify(first.fields);
  for (const [j, { checker, fields }] of checks.entries()) {
    const isSame = JSON.stringify(fields) === wanted;
    if (checker === first.checker || (j === 0 && isSame)) continue;
    const text = `${checker.key}: left out, as all servers of a service have the check of line ${first.checker.at.line}`;
    note(checker.at, isSame ? 'ignored' : 'check', text);
  }
}
