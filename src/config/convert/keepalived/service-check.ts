// The checks of a virtual_server: keepalived gives each real_server its own, and it is up when all of them find it up. Where
// all servers have the same one, the keys of the service are it; else there are lists (`checks`), of the service for most
// of its servers, and of each server that has others.
import type { Fields, Noting } from '../converted.ts';
import { checkers, checksOf } from './checks.ts';
import type { Statement } from './tree.ts';

export type CheckSurroundings = {
  readonly note: Noting;
  /** Files by the names that FILE_CHECK refers to. */
  readonly trackFiles: ReadonlyMap<string, string>;
  /** What SSL_GET shows of this director. */
  readonly identity: Fields;
  /** Whether a program is on this machine; absent: not looked at. */
  readonly isThere?: ((program: string) => boolean) | undefined;
};

type ServiceChecks = {
  /** Of the service. */
  readonly shared: Fields;
  /** Of a server that has others; empty for one that has those. */
  readonly ownOf: (real: Statement) => Fields;
};

/** A real_server without a checker is always up. */
const unchecked: readonly Fields[] = [{ checktype: 'on' }];

/** @param reals each in its virtual_server. */
export function serviceChecksOf(
  reals: readonly { readonly virtual: Statement; readonly real: Statement }[],
  around: CheckSurroundings,
): ServiceChecks {
  const lists = new Map(reals.map(({ virtual, real }) => [real, listOf(virtual, real, around)]));
  const most = mostOften([...lists.values()]);
  const [only] = most;
  const isSame = [...lists.values()].every((list) => keyOf(list) === keyOf(most));
  if (isSame && most.length === 1 && only !== undefined) return { shared: only, ownOf: () => ({}) };
  const times = sharedTimes([...lists.values()].flat());
  const checksOf = (list: readonly Fields[]): Fields => ({
    checks: list.map((each) => without(each, times)),
  });
  return {
    shared: { ...times, ...checksOf(most) },
    ownOf: (real) => {
      const list = lists.get(real) ?? most;
      return keyOf(list) === keyOf(most) ? {} : checksOf(list);
    },
  };
}

function listOf(virtual: Statement, real: Statement, around: CheckSurroundings): readonly Fields[] {
  const list = (real.block ?? [])
    .filter(({ key }) => checkers.has(key))
    .flatMap((checker) => checksOf({ checker, real, virtual, ...around }));
  const made = list.filter(({ checktype }) => checktype !== 'on');
  const different = made.filter((each, index) => made.findIndex((other) => isEqual(other, each)) === index);
  return different.length === 0 ? unchecked : different;
}

const keyOf = (list: readonly Fields[]): string => JSON.stringify(list);
const isEqual = (one: Fields, other: Fields): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Of as many, the first. */
function mostOften(lists: readonly (readonly Fields[])[]): readonly Fields[] {
  const counts = new Map<string, number>();
  for (const list of lists) counts.set(keyOf(list), (counts.get(keyOf(list)) ?? 0) + 1);
  const most = Math.max(...counts.values());
  return lists.find((list) => counts.get(keyOf(list)) === most) ?? unchecked;
}

const timeKeys = ['checkinterval', 'checktimeout', 'failurecount', 'retryinterval', 'warmup'] as const;

/** What every check that is made says alike is said once, at the service. */
function sharedTimes(checks: readonly Fields[]): Fields {
  const made = checks.filter(({ checktype }) => checktype !== 'on');
  const [first = {}] = made;
  const alike = timeKeys.filter(
    (key) => first[key] !== undefined && made.every((each) => each[key] === first[key]),
  );
  return Object.fromEntries(alike.map((key) => [key, first[key]]));
}

const without = (fields: Fields, others: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => others[key] === undefined));
