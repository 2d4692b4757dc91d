// virtual_routes and virtual_rules of a vrrp_instance, in the words of ip-route(8) and ip-rule(8) that both know. Source:
// keepalived/vrrp/vrrp_iproute.c (alloc_route), keepalived/vrrp/vrrp_iprule.c (alloc_rule).
import { parseRoute, parseRule } from '../../../net/route.ts';
import type { Noting } from '../converted.ts';
import type { NoteKind } from '../grades.ts';
import { linesOf, type Statement } from './tree.ts';

/** As a word is here, with its value behind it. */
const routeWords: Readonly<Record<string, string>> = {
  ...{ to: 'to', via: 'via', gw: 'via', dev: 'dev', oif: 'dev', src: 'src', table: 'table', mtu: 'mtu' },
  ...{ metric: 'metric', priority: 'metric', preference: 'metric' },
};
const ruleWords: Readonly<Record<string, string>> = {
  ...{ from: 'from', to: 'to', iif: 'iif', dev: 'iif', oif: 'oif', fwmark: 'fwmark', table: 'table' },
  ...{ lookup: 'table', priority: 'priority', preference: 'priority', order: 'priority', pref: 'priority' },
};
/** Words with a value that change little; with another one they are told as a change of meaning. */
const minor = new Set(['proto', 'protocol', 'pref', 'hoplimit', 'advmss', 'rtt', 'rttvar', 'window', 'cwnd']);
for (const word of ['initcwnd', 'initrwnd', 'quickack', 'congctl', 'features', 'reordering', 'ssthresh'])
  minor.add(word);
const major = new Set([
  'tos',
  'dsfield',
  'realms',
  'expires',
  'ipproto',
  'sport',
  'dport',
  'uidrange',
  'weight',
]);
for (const word of ['tunnel-id', 'suppress_prefixlength', 'suppress_ifgroup', 'encap', 'from', 'track_group'])
  major.add(word);

type Read = { readonly kept: readonly string[]; readonly kinds: ReadonlySet<NoteKind> };

export const routesOf = (block: Statement['block'], note: Noting): readonly string[] =>
  routesIn('virtual_routes', linesOf(block, 'virtual_routes'), note);

export const routesIn = (key: string, lines: readonly Statement[], note: Noting): readonly string[] =>
  lines.flatMap((line) => {
    const read = routeOf([line.key, ...line.words]);
    return keep(key, line, parseRoute(read.kept.join(' ')) && read, note);
  });

/** keepalived counts down from 16384 for the rules of a family that name no preference. */
export type RulePriorities = { inet: number; inet6: number };
export const firstPriorities: Readonly<RulePriorities> = { inet: 16_384, inet6: 16_384 };

export const rulesOf = (
  block: Statement['block'],
  priorities: RulePriorities,
  note: Noting,
): readonly string[] => rulesIn('virtual_rules', linesOf(block, 'virtual_rules'), priorities, note);

export const rulesIn = (
  key: string,
  lines: readonly Statement[],
  priorities: RulePriorities,
  note: Noting,
): readonly string[] =>
  lines.flatMap((line) => {
    const read = ruleOf([line.key, ...line.words]);
    const rule = parseRule(read.kept.join(' '));
    const unset = rule !== undefined && rule.priority === undefined;
    const more = unset ? ['priority', `${priorities[rule.family]--}`] : [];
    return keep(key, line, rule && { ...read, kept: [...read.kept, ...more] }, note);
  });

function keep(key: string, line: Statement, read: Read | undefined, note: Noting): readonly string[] {
  const whole = [line.key, ...line.words].join(' ');
  if (read === undefined) {
    note(line.at, 'missing', `${key} ${whole}: left out, as it cannot be said`);
    return [];
  }
  const text = read.kept.join(' ');
  const [worst] = [...read.kinds].sort((a, b) => Number(b === 'meaning') - Number(a === 'meaning'));
  if (worst !== undefined) note(line.at, worst, `${key} ${whole}: only ${text}`);
  return [text];
}

/** Of several next hops the first. */
function routeOf(words: readonly string[]): Read {
  const kept: string[] = [];
  const kinds = new Set<NoteKind>();
  const hasGateway = words.some((word) => word === 'via' || word === 'gw');
  let hops = 0;
  for (let i = 0; i < words.length; i += 1) {
    const [word = '', value = ''] = [words[i], words[i + 1]];
    if (word === 'or' || word === 'nexthop') {
      hops += 1;
      const isFurther = word === 'or' || hops > 1;
      if (isFurther) kinds.add('meaning');
      if (isFurther) break;
    } else if (/^(add|prepend|append|inet6?)$/.test(word)) continue;
    else if (word === 'no_track') kept.push('track', 'no');
    else if (word === 'onlink') kept.push(word);
    else if (word === 'scope') {
      // The kernel's own choice: link for a route without a gateway, else global (ip-route(8)).
      const usual = hasGateway ? ['global', 'universe', '0'] : ['link', '253'];
      if (!usual.includes(value)) kinds.add('meaning');
      i += 1;
    } else {
      const named = routeWords[word];
      const start = /^inet6?$/.test(value) ? i + 2 : i + 1;
      if (named !== undefined) {
        const at = words[start] === 'lock' ? start + 1 : start;
        kept.push(named, words[at] ?? '');
        i = at;
      } else if (minor.has(word) || major.has(word)) {
        kinds.add(minor.has(word) ? 'approximate' : 'meaning');
        i = start;
      } else kept.push(word);
    }
  }
  return { kept, kinds };
}

function ruleOf(words: readonly string[]): Read {
  const kept: string[] = [];
  const kinds = new Set<NoteKind>();
  for (let i = 0; i < words.length; i += 1) {
    const [word = '', value = ''] = [words[i], words[i + 1]];
    const named = ruleWords[word];
    if (word === 'no_track') kept.push('track', 'no');
    else if (named !== undefined) {
      kept.push(named, value);
      i += 1;
    } else if (word === 'protocol') {
      kinds.add('approximate');
      i += 1;
    } else if (word !== 'inet') kept.push(word);
  }
  return { kept, kinds };
}
