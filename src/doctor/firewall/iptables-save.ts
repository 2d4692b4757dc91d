// What iptables-save and ip6tables-save print, as rules (iptables(8), iptables-extensions(8)). What has no word here may
// hold or not.
import { parseIp } from '../../net/ip.ts';
import { hostLength, type Prefix, parsePrefix } from '../../net/prefix.ts';
import { type Act, type Chain, type Condition, protocolOf, type Rule, type Span } from './ruleset.ts';

type Draft = { -readonly [Key in keyof Chain]: Chain[Key] } & { rules: Rule[] };

/** @param isLegacy of a program that was asked by that name, beside the one of nf_tables. */
export function parseIptablesSave(text: string, family: 'ip' | 'ip6', isLegacy = false): readonly Chain[] {
  const chains: Draft[] = [];
  let table = '';
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    else if (line.startsWith(':'))
      chains.push({ ...chainOf(line, table, family), ...(isLegacy && { isLegacy: true as const }) });
    else if (line.startsWith('-A ')) {
      const [name = '', ...words] = wordsOf(line.slice(3));
      chains.find((each) => each.table === table && each.name === name)?.rules.push(ruleOf(words));
    }
  }
  return chains;
}

const hooks: Readonly<Record<string, string>> = {
  ...{ INPUT: 'input', OUTPUT: 'output', FORWARD: 'forward' },
  ...{ PREROUTING: 'prerouting', POSTROUTING: 'postrouting' },
};

/** ":INPUT DROP [0:0]", ":own - [0:0]" */
function chainOf(line: string, table: string, family: 'ip' | 'ip6'): Draft {
  const [name = '', policy] = line.slice(1).split(' ');
  const hook = policy === '-' ? undefined : hooks[name];
  return {
    ...{ by: 'iptables', family, table, name, rules: [] },
    ...(hook !== undefined && { hook }),
    type: table === 'nat' ? 'nat' : 'filter',
    policy: policy === 'DROP' ? 'drop' : 'accept',
  };
}

const wordsOf = (text: string): readonly string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

function ruleOf(words: readonly string[]): Rule {
  const conditions: Condition[] = [];
  let act: Act = { act: 'go on' };
  let isNot = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const value = words[at + 1] ?? '';
    if (word === '!') {
      isNot = true;
      continue;
    }
    if (word === '-j' || word === '-g') {
      act = actOf(word, value);
      break;
    }
    if (word === '-m' || word === '--comment') at += 1;
    else {
      const found = conditionOf(word, value) ?? { on: 'unknown' };
      conditions.push(isNot && found.on !== 'unknown' ? { ...found, isNot: true } : found);
      if (!value.startsWith('-')) at += 1;
    }
    isNot = false;
  }
  return { conditions, act };
}

function actOf(word: string, target: string): Act {
  switch (target) {
    case 'ACCEPT':
      return { act: 'accept' };
    case 'DROP':
    case 'REJECT':
      return { act: 'drop' };
    case 'RETURN':
      return { act: 'return' };
    case 'MASQUERADE':
    case 'SNAT':
      return { act: 'snat' };
    case 'DNAT':
    case 'REDIRECT':
      return { act: 'dnat' };
    case 'LOG':
    case 'MARK':
    case 'CONNMARK':
    case 'NFLOG':
      return { act: 'go on' };
    default:
      // Targets of extensions are in capitals; so may be chains, which are looked up.
      return { act: word === '-g' ? 'goto' : 'jump', chain: target };
  }
}

function conditionOf(word: string, value: string): Condition | undefined {
  switch (word) {
    case '-p': {
      const protocol = protocolOf(value);
      return value === 'all' || protocol === undefined ? undefined : { on: 'protocol', values: [protocol] };
    }
    case '-s':
    case '-d': {
      const prefix = prefixOf(value);
      return prefix && { on: word === '-s' ? 'saddr' : 'daddr', values: [prefix] };
    }
    case '-i':
    case '-o':
      return { on: word === '-i' ? 'iif' : 'oif', values: [value.replace(/\+$/, '*')] };
    case '--dport':
    case '--dports':
    case '--sport':
    case '--sports': {
      const spans = spansOf(value);
      return spans && { on: word.startsWith('--d') ? 'dport' : 'sport', values: spans };
    }
    case '--dst-type':
      return value === 'LOCAL' ? { on: 'local' } : undefined;
    case '--ctstate':
    case '--state':
      return { on: 'state', values: value.toLowerCase().split(',') };
    default:
      return undefined;
  }
}

function prefixOf(text: string): Prefix | undefined {
  const address = parseIp(text);
  return address === undefined ? parsePrefix(text) : { address, length: hostLength(address) };
}

/** "80", "80:90", "80,443,8000:8080" */
function spansOf(text: string): readonly Span[] | undefined {
  const spans = text.split(',').map((each) => /^(\d+)(?::(\d+))?$/.exec(each));
  const known = spans.flatMap((each) =>
    each === null ? [] : [[Number(each[1]), Number(each[2] ?? each[1])] as const],
  );
  return known.length === spans.length ? known : undefined;
}
