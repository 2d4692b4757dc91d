// Directives that stand in a service and that none of its checks reads, out of the table of checks (model/checks: `reads`):
// a warning of all that one change would give an effect. A new directive that no check reads does not compile here.

import { checksOfService } from '../../model/checks/checks-of.ts';
import { isAgentAsked, kindsOf } from '../../model/checks/chosen.ts';
import { type CheckKey, checkOf, portOf, reads, servicesReading } from '../../model/checks/services.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { Warn } from '../problem.ts';
import { type CheckDraft, checkKeys } from './check.ts';

/** Also of those that choose the check; only checktype is always read. */
type Key = CheckKey | 'service' | 'agent_port';
type Written = CheckDraft & { readonly checkcount?: number | undefined };

const keys: readonly Key[] = [
  ...(Object.keys(checkKeys) as (keyof CheckDraft)[]).filter((key) => key !== 'checktype'),
  'checkcount',
];

/** The checktypes that speak no service, by the check that they choose. */
const plainTypes = [
  { kind: 'connect', checktypes: ['connect'] },
  { kind: 'ping', checktypes: ['ping'] },
  { kind: 'external', checktypes: ['external', 'external-perl'] },
] as const;

/** What would read some keys: these services with negotiate, or these checktypes with any. */
type Readers = { readonly words: readonly string[]; readonly checktypes: readonly string[] };
type Unread = Readers & { readonly keys: readonly Key[] };

/** A check as it is made, and what it says itself: anything else is its service's. */
export type Made = { readonly virtual: VirtualConfig; readonly says: Readonly<Record<string, unknown>> };

/** @param made all checks that the keys are for. */
export function judgeUnread(virtual: VirtualConfig, draft: Written, warn: Warn, made: readonly Made[]): void {
  const unread = keys.filter(
    (key) =>
      isWritten(draft[key]) &&
      draft[key] !== 'none' &&
      !made.some((each) => each.says[key] === undefined && isRead(each.virtual, key)),
  );
  const [any] = unread;
  if (any !== undefined && virtual.checks !== undefined) {
    const rule = 'a check of checks that reads it and has none of its own';
    warn(any, `use ${listOf(unread)}`, rule, 'none');
    return;
  }
  for (const each of grouped(unread)) {
    const [first = ''] = each.keys;
    const { rule, got } = expectationOf(virtual, draft, each);
    warn(first, `use ${listOf(each.keys)}`, rule, got);
  }
}

/** `no` and an empty text ask for nothing; nor does service none. */
export const isWritten = (value: unknown): boolean =>
  value !== undefined && value !== false && value !== '' && !(Array.isArray(value) && value.length === 0);

/** Whether a check of this service reads a directive. */
export const isRead = (virtual: VirtualConfig, key: Key): boolean =>
  checksOfService(virtual).some((each) => isReadByOne(each, key));

function isReadByOne(virtual: VirtualConfig, key: Key): boolean {
  const asked = isAgentAsked(virtual);
  if (key === 'agent_port') return asked;
  if (key === 'service') return negotiates(virtual) || tellsPort(virtual);
  if (asked && key !== 'checkport' && reads('agent', 'agent', key)) return true;
  return kindsOf(virtual).some((kind) => kind !== undefined && reads(kind, virtual.service, key));
}

export const negotiates = ({ checktype: { kind } }: Pick<VirtualConfig, 'checktype'>): boolean =>
  kind === 'negotiate' || kind === 'combined';

/** A service names the port of a server that names none (health/checks/plan.ts). */
const tellsPort = (virtual: VirtualConfig): boolean =>
  isRead(virtual, 'checkport') &&
  virtual.checkport === undefined &&
  portOf(virtual.service) !== undefined &&
  (virtual.realFile !== undefined ||
    [...virtual.reals, ...(virtual.namedReals ?? [])].some(({ port }) => port === 0));

function readersOf(key: Key): Readers {
  if (key === 'service') return { words: [], checktypes: ['negotiate'] };
  const words = servicesReading(key).filter((word) => checkOf(word) !== 'connect');
  const plain = plainTypes.flatMap(({ kind, checktypes }) => (reads(kind, '', key) ? checktypes : []));
  return { words, checktypes: words.length > 0 ? ['negotiate', ...plain] : plain };
}

/** Those that one reader would take all of are told of together. */
function grouped(unread: readonly Key[]): readonly Unread[] {
  const groups: Unread[] = [];
  for (const key of unread) {
    const own = readersOf(key);
    const index = groups.findIndex((group) => shareReader(group, own));
    const group = groups[index];
    if (group === undefined) groups.push({ ...own, keys: [key] });
    else {
      const words = common(group.words, own.words);
      groups[index] = {
        keys: [...group.keys, key],
        words: words.length > 0 ? words : [...group.words, ...own.words],
        checktypes: common(group.checktypes, own.checktypes),
      };
    }
  }
  return groups;
}

/** `service` has no words of its own, and goes with whatever needs a negotiate check. */
const shareReader = (one: Readers, other: Readers): boolean =>
  common(one.checktypes, other.checktypes).length > 0 &&
  (one.words.length === 0 || other.words.length === 0 || common(one.words, other.words).length > 0);

const common = (some: readonly string[], others: readonly string[]): readonly string[] =>
  some.filter((each) => others.includes(each));

function expectationOf(virtual: VirtualConfig, draft: Written, unread: Unread) {
  const { id, service, checktype } = virtual;
  const { words, checktypes, keys } = unread;
  if (keys.includes('agent_port')) {
    return checktype.kind === 'off'
      ? { rule: 'servers that are checked', got: 'checktype off' }
      : { rule: 'checkport, as the check is the agent', got: 'service agent' };
  }
  if (keys.includes('agent_send')) return { rule: 'agent_port beside it, or service agent', got: 'neither' };
  if (!negotiates(virtual) || words.length === 0) {
    const speaks = words.length === 0 || words.includes(service) || checktypes.length > 1;
    const rule = `checktype ${checktypes.join(', ')}${speaks ? '' : ` and service ${words.join(', ')}`}`;
    return { rule: `${rule}${keys.includes('checkcount') ? tries : ''}`, got: `checktype ${checktype.kind}` };
  }
  const rule = `service ${words.join(', ')}`;
  if (service !== 'none' || draft.service !== undefined) return { rule, got: service };
  const got = id.kind === 'fwmark' ? 'a mark' : `port ${id.port}`;
  return { rule: `${rule} beside it`, got: `${got}, which tells no service` };
}

const tries = ' (failures of every check are failurecount)';

const listOf = (keys: readonly string[]): string =>
  keys.length < 2 ? keys.join('') : `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}`;
