// The script that a set-up is: needs as calls of the functions of script-library.ts, applied in their order, taken back in
// the reverse one. Again and again is the same as once. Pure: the same needs make the same text.
import { type Family, familyOf, type Ip } from '../net/ip.ts';
import { hostLength } from '../net/prefix.ts';
import type { Accepted, Need } from './need.ts';
import { scriptFunctions } from './script-library.ts';

export type Firewall = 'none' | 'nftables' | 'iptables';

/** One call. @property before what the document names. @property document a here-document, in which $dev and the like stand for values. */
export type Step = {
  readonly call: string;
  readonly before?: string;
  readonly document?: readonly string[];
};

export type Script = {
  /** What it is for, a line each. */
  readonly title: readonly string[];
  /** Names what is kept of before, so that two set-ups of a machine do not meet. */
  readonly name: string;
  readonly action: 'apply' | 'check' | 'undo';
  readonly steps: readonly Step[];
  /** A boot does it again: an undo takes back what is there, whoever made it. */
  readonly persists: boolean;
  /** To be read, behind the steps. */
  readonly notes: readonly string[];
};

export function formatScript({ title, name, action, steps, persists, notes }: Script): string {
  const calls = steps.map((_, index) => `step_${index + 1}`);
  const isUsed = (each: string) =>
    steps.some(({ call, before = '' }) => call.startsWith(`${each} `) || before.includes(`$(${each} `));
  const used = Object.entries(scriptFunctions).filter(([each]) => each === 'remember' || isUsed(each));
  return [
    '#!/bin/sh',
    ...title.map(comment),
    '# As root: sh FILE [apply|check|undo]. Twice is the same as once; check changes nothing, and ends with 1 where',
    '# anything is wrong; undo takes back what apply changed.',
    'set -u',
    'PATH=$PATH:/usr/sbin:/sbin',
    `action=\${1:-${action}}`,
    '# shellcheck disable=SC2034 # where nothing below asks for it',
    `persists=${persists ? 'yes' : 'no'}`,
    `kept=/run/lvs-setup/${name}-$(readlink /proc/self/ns/net | tr -dc 0-9)`,
    'faults=0',
    ...used.map(([, text]) => text),
    '',
    ...steps.flatMap(({ call, before, document = [] }, index) => [
      `step_${index + 1}() {`,
      ...(before === undefined ? [] : [`  ${before}`]),
      `  ${call}${document.length === 0 ? '' : ' <<END'}`,
      ...(document.length === 0 ? [] : [...document, 'END']),
      '}',
    ]),
    '',
    'case $action in',
    `  apply | check) ${calls.length === 0 ? ':' : calls.join('; ')} ;;`,
    `  undo) ${calls.length === 0 ? ':' : calls.toReversed().join('; ')}; rmdir "$kept" /run/lvs-setup 2>/dev/null ;;`,
    '  *) echo "Cannot set up: expected apply, check or undo, got $action" >&2; exit 2 ;;',
    'esac',
    ...(notes.length === 0 ? [] : ['', ...notes.map(comment)]),
    '[ $faults = 0 ]',
    '',
  ].join('\n');
}

const comment = (line: string): string => (line === '' ? '#' : `# ${line}`);

/** Words of sh: what is no plain word stands in quotes. */
export const call = (...words: readonly (string | number)[]): string =>
  words
    .map(String)
    .map((word) => (/^[\w./:*-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');

/** As ip(8) has it. */
export const ipFlag = (family: Family): '-4' | '-6' => (family === 'inet' ? '-4' : '-6');
const flag = (address: Ip) => ipFlag(familyOf(address));

/** @returns undefined where the firewall's lines are not wanted. */
export function stepOf(need: Need, firewall: Firewall): Step | undefined {
  const { why } = need;
  switch (need.need) {
    case 'module':
      return { call: call('module', need.name, why) };
    case 'sysctl':
      return { call: call('setting', need.key, need.rule, need.value, need.initial, why) };
    case 'address':
      return { call: call('address', need.address, hostLength(need.address), need.device, why) };
    case 'tunnel': {
      const { name, module, type, local = '-', options } = need.device;
      return { call: call('tunnel', name, module, type, local, options, why) };
    }
    case 'gue':
      return { call: call('gue', need.port, ipFlag(need.family), why) };
    case 'gateway':
      return { call: call('gateway', flag(need.via), need.via, why) };
    case 'answers':
      return { call: call('answers', flag(need.via), need.via, need.from, need.protocol, need.port, why) };
    case 'masquerade':
    case 'full-nat':
      return translationOf(need, firewall);
    case 'accept':
      return acceptOf(need.packets, firewall, why);
  }
}

type Translation = Extract<Need, { readonly need: 'masquerade' | 'full-nat' }>;

function translationOf(need: Translation, firewall: Firewall): Step {
  if (firewall === 'iptables') {
    const family = need.need === 'masquerade' ? need.family : familyOf(need.vip);
    return { call: call('translate_by_iptables', iptablesOf(family), iptablesTranslation(need), need.why) };
  }
  const { table, chain, rule } = nftTranslation(need);
  return { call: call('translate', table, chain, rule, need.why) };
}

/** A rule of NAT, in a chain of its own. */
export function nftTranslation(need: Translation): {
  readonly table: 'ip' | 'ip6';
  readonly chain: string;
  readonly rule: string;
} {
  if (need.need === 'masquerade') {
    const [table, set] = [nftTable(need.family), need.servers.join(', ')];
    return {
      table,
      chain: 'servers',
      rule: `${table} saddr { ${set} } ${table} daddr != { ${set} } masquerade`,
    };
  }
  const table = nftTable(familyOf(need.vip));
  const port = need.port === 0 ? '' : ` ct original proto-dst ${need.port}`;
  const rule = `meta l4proto ${need.protocol} ct original ${table} daddr ${need.vip}${port} masquerade`;
  return { table, chain: `${need.protocol}_${need.port}_${need.vip.replaceAll(/[.:]/g, '_')}`, rule };
}

export const nftTable = (family: Family): 'ip' | 'ip6' => (family === 'inet' ? 'ip' : 'ip6');

function iptablesTranslation(need: Translation): string {
  if (need.need === 'masquerade') {
    const servers = need.servers.join(',');
    return `-s ${servers} -j MASQUERADE`;
  }
  const port = need.port === 0 ? '' : ` --vport ${need.port}`;
  return `-p ${need.protocol} -m ipvs --vaddr ${need.vip}${port} -j MASQUERADE`;
}

function acceptOf(packets: Accepted, firewall: Firewall, why: string): Step | undefined {
  if (firewall === 'none') return undefined;
  const what = `${why} (${describeAccepted(packets)})`;
  const hook = hookOf(packets);
  if (firewall === 'nftables') {
    return { call: call('accept_by_nft', hook, nftTable(packets.family), nftMatch(packets), what) };
  }
  const command = iptablesOf(packets.family);
  return { call: call('accept_by_iptables', hook.toUpperCase(), command, iptablesMatch(packets), what) };
}

/** Where they have to be let through. */
const hookOf = ({ answersOf }: Accepted): 'input' | 'forward' =>
  answersOf === undefined ? 'input' : 'forward';

const iptablesOf = (family: Family): string => (family === 'inet' ? 'iptables' : 'ip6tables');

export function nftMatch({ family, to, answersOf, protocol, port = 0 }: Accepted): string {
  const destination = to === undefined ? '' : `${nftTable(family)} daddr ${to} `;
  const source = answersOf === undefined ? '' : `${nftTable(family)} saddr ${answersOf} `;
  if (typeof protocol === 'number' || port === 0) return `${destination}${source}meta l4proto ${protocol}`;
  return `${destination}${source}${protocol} ${answersOf === undefined ? 'dport' : 'sport'} ${port}`;
}

export function iptablesMatch({ to, answersOf, protocol, port = 0 }: Accepted): string {
  const destination = to === undefined ? '' : `-d ${to} `;
  const source = answersOf === undefined ? '' : `-s ${answersOf} `;
  const side = answersOf === undefined ? '--dport' : '--sport';
  return `${destination}${source}-p ${protocol}${port === 0 ? '' : ` ${side} ${port}`}`;
}

const describeAccepted = ({ to, answersOf, protocol, port = 0 }: Accepted): string =>
  [
    typeof protocol === 'number' ? `protocol ${protocol}` : protocol,
    ...(to === undefined ? [] : [`to ${to}`]),
    ...(answersOf === undefined ? [] : [`from ${answersOf}`]),
    ...(port === 0 ? [] : [`port ${port}`]),
  ].join(' ');

/** For people, where the script leaves the firewall alone. */
export const firewallNotes = (needs: readonly Need[]): readonly string[] => {
  const wanted = needs.flatMap((need) => (need.need === 'accept' ? [need.packets] : []));
  if (wanted.length === 0) return [];
  return [
    'Where a firewall drops what it does not know, let through (--firewall nftables or iptables puts it into the script):',
    ...wanted.map(
      (packets) => `  nft insert rule inet filter ${hookOf(packets)} ${nftMatch(packets)} accept`,
    ),
    ...wanted.map(
      (packets) =>
        `  ${iptablesOf(packets.family)} -I ${hookOf(packets).toUpperCase()} ${iptablesMatch(packets)} -j ACCEPT`,
    ),
  ];
};
