// What `nft -j list ruleset` says, as rules (libnftables-json(5)). What has no word here may hold or not.
import { parseIp } from '../../net/ip.ts';
import { hostLength, type Prefix } from '../../net/prefix.ts';
import { isRecord as isEntry } from '../../net/record.ts';
import { type Act, type Chain, type Condition, protocolOf, type Rule, type Span } from './ruleset.ts';

type Entry = Readonly<Record<string, unknown>>;
/** Named sets of each table: "inet filter blocked". */
type Sets = ReadonlyMap<string, readonly unknown[]>;

/** @returns undefined where it is not what nft prints. */
export function parseNftRuleset(text: string): readonly Chain[] | undefined {
  const items = itemsOf(text);
  if (items === undefined) return undefined;
  const sets: Sets = new Map(
    items.flatMap(({ set }) =>
      isEntry(set) ? [[`${set.family} ${set.table} ${set.name}`, listOf(set.elem)] as const] : [],
    ),
  );
  const rules = items.flatMap(({ rule }) => (isEntry(rule) ? [rule] : []));
  return items.flatMap(({ chain }) => {
    if (!isEntry(chain)) return [];
    const { family, table, name, hook, type } = chain;
    if (family !== 'ip' && family !== 'ip6' && family !== 'inet') return [];
    const own = rules.filter((each) => each.family === family && each.table === table && each.chain === name);
    return {
      ...{ by: 'nft' as const, family, table: String(table), name: String(name) },
      ...(typeof hook === 'string' && { hook }),
      ...(typeof type === 'string' && { type }),
      policy: chain.policy === 'drop' ? ('drop' as const) : ('accept' as const),
      rules: own.flatMap((each) =>
        rulesOf(listOf(each.expr), (set) => sets.get(`${family} ${table} ${set}`)),
      ),
    };
  });
}

function itemsOf(text: string): readonly Entry[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isEntry(value) && Array.isArray(value.nftables) ? value.nftables.filter(isEntry) : undefined;
  } catch {
    return undefined;
  }
}

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

type SetOf = (name: string) => readonly unknown[] | undefined;

/** More than one where a map of verdicts stands for as many. */
function rulesOf(expressions: readonly unknown[], setOf: SetOf): readonly Rule[] {
  const conditions: Condition[] = [];
  for (const each of expressions.filter(isEntry)) {
    const [word = ''] = Object.keys(each);
    if (word === 'match' && isEntry(each.match)) conditions.push(conditionOf(each.match, setOf));
    else if (word === 'vmap' && isEntry(each.vmap)) return mapped(conditions, each.vmap, setOf);
    else if (!asides.has(word)) return [{ conditions, act: actOf(word, each[word]) }];
  }
  return [{ conditions, act: { act: 'go on' } }];
}

/** What does not decide. */
const asides: ReadonlySet<string> = new Set(['counter', 'log', 'mangle', 'comment', 'meta', 'notrack']);

function actOf(word: string, value: unknown): Act {
  switch (word) {
    case 'accept':
    case 'drop':
    case 'return':
      return { act: word };
    case 'reject':
      return { act: 'drop' };
    case 'masquerade':
    case 'snat':
      return { act: 'snat' };
    case 'dnat':
    case 'redirect':
      return { act: 'dnat' };
    case 'jump':
    case 'goto':
      return { act: word, chain: isEntry(value) ? String(value.target) : '' };
    case 'continue':
      return { act: 'go on' };
    case 'xt':
      return { act: translators[isEntry(value) ? String(value.name) : ''] ?? 'unknown' };
    default:
      return { act: 'unknown' };
  }
}

const translators: Readonly<Record<string, 'snat' | 'dnat'>> = {
  ...{ MASQUERADE: 'snat', SNAT: 'snat', DNAT: 'dnat', REDIRECT: 'dnat' },
};

function mapped(conditions: readonly Condition[], { key, data }: Entry, setOf: SetOf): readonly Rule[] {
  const pairs = isEntry(data)
    ? listOf(data.set)
    : typeof data === 'string'
      ? setOf(data.slice(1))
      : undefined;
  if (pairs === undefined) return [{ conditions, act: { act: 'unknown' } }];
  return pairs.filter(Array.isArray).flatMap(([value, verdict]: readonly unknown[]) => {
    const [word = ''] = isEntry(verdict) ? Object.keys(verdict) : [];
    const act = actOf(word, isEntry(verdict) ? verdict[word] : undefined);
    return { conditions: [...conditions, conditionOf({ op: '==', left: key, right: value }, setOf)], act };
  });
}

const unknown: Condition = { on: 'unknown' };

function conditionOf({ op, left, right }: Entry, setOf: SetOf): Condition {
  const values = valuesOf(right, setOf);
  if (values === undefined || !isEntry(left) || (op !== '==' && op !== 'in' && op !== '!=')) return unknown;
  const plain = plainCondition(left, values);
  return op === '!=' && plain.on !== 'unknown' ? { ...plain, isNot: true } : plain;
}

/** @returns undefined where a set is not known. */
function valuesOf(right: unknown, setOf: SetOf): readonly unknown[] | undefined {
  if (isEntry(right) && right.set !== undefined) return listOf(right.set);
  if (typeof right === 'string' && right.startsWith('@')) return setOf(right.slice(1));
  return listOf(right);
}

function plainCondition(left: Entry, values: readonly unknown[]): Condition {
  const { payload, meta, ct, fib } = left;
  if (isEntry(payload)) return payloadCondition(String(payload.protocol), String(payload.field), values);
  if (isEntry(ct) && ct.key === 'state' && ct.dir === undefined)
    return { on: 'state', values: words(values) };
  if (
    isEntry(fib) &&
    fib.result === 'type' &&
    listOf(fib.flags).join() === 'daddr' &&
    values.join() === 'local'
  )
    return { on: 'local' };
  if (!isEntry(meta)) return unknown;
  switch (meta.key) {
    case 'iifname':
    case 'iif':
      return { on: 'iif', values: words(values) };
    case 'oifname':
    case 'oif':
      return { on: 'oif', values: words(values) };
    case 'l4proto':
      return protocolCondition(values);
    case 'nfproto':
      return familyCondition(values, { ipv4: 'ip', ipv6: 'ip6' });
    case 'protocol':
      return familyCondition(values, { ip: 'ip', ip6: 'ip6' });
    default:
      return unknown;
  }
}

const words = (values: readonly unknown[]): readonly string[] => values.map(String);

function familyCondition(
  values: readonly unknown[],
  names: Readonly<Record<string, 'ip' | 'ip6'>>,
): Condition {
  const family = values.length === 1 ? names[String(values[0])] : undefined;
  return family === undefined ? unknown : { on: 'family', family };
}

function protocolCondition(values: readonly unknown[]): Condition {
  const numbers = values.map(protocolOf);
  const known = numbers.flatMap((each) => each ?? []);
  return known.length === numbers.length ? { on: 'protocol', values: known } : unknown;
}

function payloadCondition(protocol: string, field: string, values: readonly unknown[]): Condition {
  if (protocol === 'ip' || protocol === 'ip6') {
    if (field === 'protocol' || field === 'nexthdr') return protocolCondition(values);
    if (field !== 'saddr' && field !== 'daddr') return unknown;
    const prefixes = values.map(prefixOf);
    const known = prefixes.flatMap((each) => each ?? []);
    return known.length === prefixes.length ? { on: field, values: known } : unknown;
  }
  const number = protocol === 'th' ? undefined : protocolOf(protocol);
  if ((field !== 'dport' && field !== 'sport') || (protocol !== 'th' && number === undefined)) return unknown;
  const spans = values.map(spanOf);
  const known = spans.flatMap((each) => (each === undefined ? [] : [each]));
  if (known.length !== spans.length) return unknown;
  return { on: field, values: known, ...(number !== undefined && { protocol: number }) };
}

const elementOf = (value: unknown): unknown =>
  isEntry(value) && isEntry(value.elem) ? value.elem.val : value;

function prefixOf(given: unknown): Prefix | undefined {
  const value = elementOf(given);
  const inner = isEntry(value) && isEntry(value.prefix) ? value.prefix : undefined;
  const address = parseIp(String(inner?.addr ?? value));
  if (address === undefined) return undefined;
  return { address, length: typeof inner?.len === 'number' ? inner.len : hostLength(address) };
}

/** nft has names of its own for ports only where it is asked for them (-S). */
function spanOf(given: unknown): Span | undefined {
  const value = elementOf(given);
  if (typeof value === 'number') return [value, value];
  const [from, to] = isEntry(value) ? listOf(value.range) : [];
  return typeof from === 'number' && typeof to === 'number' ? [from, to] : undefined;
}
