// Plays a scenario: a text of commands ("> ..."), and below each what the routers said. Comments (#) and blank
// lines stay as they are; everything else is output, and is written anew. COMMANDS lists the verbs.
import { ip } from '../../src/net/ip.ts';
import { formatPrefix, type Prefix, parsePrefix } from '../../src/net/prefix.ts';
import type { Micros } from '../../src/ports/clock.ts';
import type { Effect, RouterConfig } from '../../src/vrrp/types.ts';
import { encodeAdvert, VRRP_GROUP_INET } from '../../src/wire/packet/vrrp.ts';
import { testRouter } from '../make/a-router.ts';
import { settleGroup } from '../vrrp/group-lan.ts';
import { createLan, type Lan, type Node } from '../vrrp/lan.ts';

type Line = { readonly at: Micros; readonly node: string; readonly text: string };

/** @returns the scenario with its outputs as they are now. */
export function play(scenario: string): string {
  const said: Line[] = [];
  const lan = createLan({
    effects: (node, effects, at) =>
      said.push({ at, node: node.name, text: effects.map(describeEffect).join('; ') }),
    remark: (node, text, at) => said.push({ at, node: node.name, text }),
    stepped: (node) => settle(lan, node),
  });
  const output: string[] = [];
  for (const line of scenario.trimEnd().split('\n')) {
    if (line.startsWith('#') || line.trim() === '') output.push(line);
    if (!line.startsWith('> ')) continue;
    output.push(line);
    const [verb = '', ...words] = line.slice(2).trim().split(/\s+/);
    const command = COMMANDS[verb];
    if (command === undefined) throw new Error(`Cannot play scenario: expected a known command, got ${line}`);
    output.push(...command(lan, words), ...folded(said.splice(0)));
  }
  return `${output.join('\n')}\n`;
}

/** Members of a sync group, by each member. */
const groups = new WeakMap<Node, readonly Node[]>();
/** What of a node's tracked things is not well. */
const failed = new WeakSet<Node>();
const settling = new WeakSet<readonly Node[]>();

function settle(lan: Lan, node: Node): void {
  const members = groups.get(node);
  if (members === undefined || settling.has(members)) return;
  settling.add(members);
  settleGroup(lan, members, (each) => each.linkUp && !failed.has(each));
  settling.delete(members);
}

type Command = (lan: Lan, words: readonly string[]) => readonly string[];

/** A command that only makes routers speak. */
const quiet =
  (act: (lan: Lan, words: readonly string[]) => void): Command =>
  (lan, words) => {
    act(lan, words);
    return [];
  };

const each = (act: (lan: Lan, node: Node) => void): Command =>
  quiet((lan, names) => {
    for (const name of names) act(lan, nodeOf(lan, name));
  });

const COMMANDS: Readonly<Record<string, Command>> = {
  router: quiet((lan, [name = '', ...settings]) => {
    const sourceAddress = ip(`10.9.0.${lan.nodes.length + 1}`);
    lan.add(name, configured(testRouter({ sourceAddress }), settings));
  }),
  start: each((lan, node) => lan.event(node, { type: 'startup', linkUp: node.linkUp })),
  shutdown: each((lan, node) => lan.event(node, { type: 'shutdown' })),
  handover: each((lan, node) => lan.event(node, { type: 'handoverRequested' })),
  kill: each((lan, node) => lan.kill(node)),
  restart: each((lan, node) => lan.revive(node, { type: 'startup', linkUp: node.linkUp })),
  resume: each((lan, node) => {
    const lastAdvertAt = node.state.phase === 'active' ? node.state.lastAdvertAt : 0;
    const snapshot = { phase: node.state.phase, lastAdvertAt };
    lan.revive(node, { type: 'resumed', linkUp: node.linkUp, snapshot });
  }),
  reconfigure: quiet((lan, [name = '', ...settings]) => {
    const node = nodeOf(lan, name);
    lan.event(node, { type: 'reconfigured', router: configured(node.router, settings) });
  }),
  link: quiet((lan, [name = '', direction]) => lan.link(nodeOf(lan, name), direction === 'up')),
  /** `track A fails`, `track A recovers`: something with weight 0. */
  track: quiet((lan, [name = '', what]) => {
    const node = nodeOf(lan, name);
    if (what === 'fails') failed.add(node);
    else failed.delete(node);
    lan.event(node, { type: what === 'fails' ? 'trackFailed' : 'trackRecovered' });
  }),
  /** `group A1 A2`: routers of one director that move as one. */
  group: quiet((lan, names) => {
    const members = names.map((name) => nodeOf(lan, name));
    for (const node of members) {
      node.router = { ...node.router, grouped: true };
      groups.set(node, members);
    }
  }),
  stall: quiet((lan, [name = '', time = '']) => {
    nodeOf(lan, name).stalledUntil = lan.now() + micros(time);
  }),
  cut: quiet((lan, [from = '', to = '']) => lan.cut(from, to)),
  heal: quiet((lan) => lan.heal()),
  run: quiet((lan, [time = '']) => lan.run(micros(time))),
  advert: quiet(injectAdvert),
  bytes: quiet((lan, [name = '', from = '', hex = '']) => {
    lan.inject(nodeOf(lan, name), { bytes: Buffer.from(hex, 'hex'), source: ip(from), ttl: 255 });
    lan.run(0);
  }),
  show: (lan) =>
    lan.nodes.map((node) => `    ${node.name}: ${node.alive ? node.state.phase : 'dead'}, ${serving(node)}`),
};

const serving = (node: Node): string =>
  node.serves.size === 0 ? 'serves nothing' : `serves ${[...node.serves.keys()].join(' ')}`;

function injectAdvert(lan: Lan, [name = '', ...settings]: readonly string[]): void {
  const given = Object.fromEntries(settings.map((setting) => setting.split('=')));
  const source = ip(given.from ?? '10.9.0.9');
  const fields = {
    virtualRouterId: Number(given.vrid ?? 51),
    priority: Number(given.priority ?? 100),
    addresses: [ip(given.vip ?? '10.9.0.100')],
  };
  const intervalUs = micros(given.interval ?? '1s');
  const advert =
    given.version === '2'
      ? ({ version: 2, ...fields, intervalSec: intervalUs / 1e6, auth: { type: 'none' } } as const)
      : ({ version: 3, ...fields, intervalCs: intervalUs / 1e4 } as const);
  const path = { source, destination: VRRP_GROUP_INET, checksum: 'rfc5798' } as const;
  const bytes = encodeAdvert(advert, path);
  lan.inject(nodeOf(lan, name), { bytes, source, ttl: Number(given.ttl ?? 255) });
  lan.run(0);
}

function nodeOf(lan: Lan, name: string): Node {
  const node = lan.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new Error(`Cannot play scenario: expected a known router, got ${name}`);
  return node;
}

function configured(router: RouterConfig, settings: readonly string[]): RouterConfig {
  return Object.assign({}, router, ...settings.map(parseSetting));
}

function parseSetting(setting: string): Partial<RouterConfig> {
  const [key = '', value = ''] = setting.split('=');
  switch (key) {
    case 'priority':
      return { priority: Number(value) };
    case 'offset':
      return { priorityOffset: Number(value) };
    case 'vrid':
      return { virtualRouterId: Number(value) };
    case 'version':
      return { version: value === '2' ? 2 : 3 };
    case 'interval':
      return { advertIntervalUs: micros(value) };
    case 'preempt':
      return { preempt: value === 'yes' };
    case 'preempt_delay':
      return { preemptDelayUs: micros(value) };
    case 'address':
      return { sourceAddress: ip(value) };
    case 'vips':
      return { addresses: value.split(',').map((text) => parsePrefix(text) as Prefix) };
    case 'lease':
      return { leaseUs: value === 'off' ? 'off' : micros(value) };
    default:
      throw new Error(`Cannot play scenario: expected a known setting, got ${setting}`);
  }
}

/** "1s", "250ms". */
function micros(text: string): Micros {
  const match = /^([\d.]+)(s|ms)$/.exec(text);
  if (match === null) throw new Error(`Cannot play scenario: expected a time in s or ms, got ${text}`);
  return Math.round(Number(match[1]) * (match[2] === 's' ? 1_000_000 : 1000));
}

/** One line a node and moment; what a node says again and again, with nothing in between, becomes one line. */
function folded(lines: readonly Line[]): string[] {
  const groups: Line[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.[0]?.node === line.node && last[0].text === line.text) last.push(line);
    else groups.push([line]);
  }
  return groups.map((group) => {
    const { at, node, text } = group[0] as Line;
    const again = group.length > 1 ? `  (${group.length} times until ${stamp(group.at(-1)?.at ?? at)})` : '';
    return `  ${stamp(at).padStart(8)}  ${node}  ${text}${again}`;
  });
}

const stamp = (at: Micros): string => (at / 1_000_000).toFixed(4);

function describeEffect(effect: Effect): string {
  const list = (addresses: readonly Prefix[]) => addresses.map(formatPrefix).join(' ');
  switch (effect.type) {
    case 'sendAdvert':
      return `sends advert ${effect.priority}`;
    case 'addAddresses':
      return `adds ${list(effect.addresses)}`;
    case 'removeAddresses':
      return `removes ${list(effect.addresses)}`;
    case 'announce':
      return `announces ${effect.repeat} times, round ${effect.round}`;
    case 'renewLease':
      return 'renews the lease';
    case 'report':
      return describeReport(effect.report);
  }
}

function describeReport(report: Extract<Effect, { type: 'report' }>['report']): string {
  switch (report.type) {
    case 'transition': {
      const peer = report.peer === undefined ? '' : ` ${report.peer}`;
      const outage = report.outageMsEstimate === undefined ? '' : `, outage ${report.outageMsEstimate} ms`;
      return `${report.from} -> ${report.to} (${report.reason}${peer}${outage})`;
    }
    case 'splitBrainSuspected':
      return `suspects split brain with ${report.peer} at ${report.peerPriority} (advert ${report.count})`;
    case 'lowerActiveHeard':
      return `hears a lower active ${report.peer} at ${report.peerPriority}`;
    case 'ownAddressHeard':
      return `hears its own address ${report.source} (advert ${report.count})`;
    case 'stall':
      return `stalled ${Math.round(report.lateUs / 1000)} ms: ${report.action}`;
    case 'handoverFailed':
      return `hand-over failed: ${report.reason}`;
  }
}
