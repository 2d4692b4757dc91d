// real_server and sorry_server as `real` and `fallback`. Source: keepalived/check/check_data.c (alloc_rs,
// validate_check_config), keepalived/check/check_parser.c (rs_weight_handler).
import { parseHostName } from '../../../net/host-name.ts';
import { type Family, familyOf, parseIp } from '../../../net/ip.ts';
import { type Fields, joinPort, type Noting, type Value } from '../converted.ts';
import { checkers } from './checks.ts';
import { upAndDownOf } from './commands.ts';
import { forwardingOf, isMethod } from './forward.ts';
import { noteUnknown } from './left-out.ts';
import type { Mails } from './mails.ts';
import { familiesOf, familyOfMarks, type Targets } from './targets.ts';
import { digitsWithin, isPlainNumber, lastFitting, lastOf, type Statement } from './tree.ts';

const known: ReadonlySet<string> = new Set([
  ...['weight', 'lvs_method', 'inhibit_on_failure', 'uthreshold', 'lthreshold', 'retry', 'connect_timeout'],
  ...[
    'alpha',
    'delay_loop',
    'delay_before_retry',
    'warmup',
    'virtualhost',
    'snmp_name',
    'notify_up',
    'notify_down',
    'smtp_alert',
    ...checkers,
  ],
]);
const weightMax = 65_535;
/** IPVS_WEIGHT_LIMIT: what keepalived takes. */
const readMax = 0x7fff_ffff;

export type Service = {
  readonly virtual: Statement;
  readonly targets: Targets;
  readonly note: Noting;
  readonly mails: Mails;
};

/** A server of the other family is reached by a tunnel only. */
const isStranger = (address: string, byTunnel: boolean, virtual: Statement, targets: Targets): boolean => {
  const ip = parseIp(address);
  const families = familiesServed(virtual, targets);
  return ip !== undefined && !byTunnel && families.size > 0 && !families.has(familyOf(ip));
};

/** Of the addresses, else of the marks. */
function familiesServed(virtual: Statement, targets: Targets): ReadonlySet<Family> {
  const families = familiesOf(targets);
  const marked = families.size > 0 ? undefined : familyOfVirtual(virtual);
  return marked === undefined ? families : new Set([marked]);
}

/** As keepalived asks at the end of the server: by a method of its service that stands before it, or its own. */
const isTunnel = (real: Statement, virtual: Statement): boolean =>
  forwardingOf(methodsBefore(real, virtual), () => undefined).forward === 'ipip';

export const familyOfVirtual = (virtual: Statement): Family | undefined =>
  familyOfMarks(virtual.block, (real) => isTunnel(real, virtual));

export function realOf(real: Statement, { virtual, targets, note, mails }: Service): readonly Fields[] {
  const { block, at, words, text } = real;
  const leaveOut = (kind: 'missing' | 'ignored', reason: string): readonly Fields[] => {
    note(at, kind, `real_server ${text}: left out, as ${reason}`);
    return [];
  };
  const [given = ''] = words;
  const address = parseIp(given.replace(/[-/].*$/, '')) ?? given;
  const isName = parseIp(address) === undefined;
  if (isName && parseHostName(address) === undefined)
    return leaveOut('ignored', `${address || 'it'} is no address`);
  const port = portOf(words[1]);
  if (port === 'none') return leaveOut('ignored', `${words[1]} is no port`);
  noteUnknown(block ?? [], known, 'real_server', note);
  const { forward, tunnel } = forwardingOf(methodsFor(real, virtual), note);
  if (isStranger(address, isTunnel(real, virtual), virtual, targets))
    return leaveOut('ignored', 'it is of another family than its service');
  if (isName) note(at, 'taken', `real_server ${text}: taken, though keepalived skips a name`);
  const other = targets.find((each) => 'port' in each && each.port !== (port ?? each.port));
  if (forward !== 'masq' && other !== undefined && 'port' in other) {
    const rule = `${forward} servers get packets on the service's port ${other.port}`;
    note(at, 'approximate', `port ${port}: only checked; ${rule}`);
  }
  const fields = {
    address: joinPort(address, port),
    forward,
    tunnel,
    weight: weightOf(real, virtual.block, note),
    ...thresholdsOf(block, note),
    ...upAndDownOf(block, 'notify', note),
    smtp_alert: mails.ofServer(real),
  };
  return [fields];
}

const methodsOf = ({ block }: Pick<Statement, 'block'>): readonly Statement[] =>
  (block ?? []).filter(({ key }) => key === 'lb_kind' || key === 'lvs_method');

/** The server has that of its service at this place, else what its service has in the end. */
function methodsFor(real: Statement, virtual: Statement) {
  const before = methodsBefore(real, virtual);
  return before.some(isMethod) ? before : [...methodsOf(virtual), ...before];
}

const methodsBefore = (real: Statement, { block = [] }: Statement): readonly Statement[] => [
  ...methodsOf({ block: block.slice(0, block.indexOf(real)) }),
  ...(real.block ?? []).filter(({ key }) => key === 'lvs_method'),
];

/** Undefined for none and for 0. */
function portOf(text: string | undefined): string | undefined | 'none' {
  if (text === undefined) return undefined;
  if (/^0*$/.test(text)) return undefined;
  const port = digitsWithin(text, 1, 65_535);
  return port === undefined ? 'none' : `${port}`;
}

/** keepalived passes a number beyond its limits over. */
function weightOf({ block, at }: Statement, shared: Statement['block'], note: Noting): string {
  const fits = (word: string) => digitsWithin(word, 0, readMax) !== undefined;
  const given = lastFitting(block, 'weight', fits) ?? sharedWeightOf(shared, note);
  const text = given?.words[0];
  if (given === undefined || text === undefined) return '1';
  if (!isPlainNumber(text)) {
    const kept = digitsWithin(text, 0, weightMax) ?? 1;
    note(at, 'mended', `weight ${text}: ${kept}, as keepalived makes of it`);
    return `${kept}`;
  }
  if (Number(text) > weightMax)
    note(at, 'limited', `weight ${text}: ${weightMax} instead, which is the most there is here`);
  return `${Math.min(Number(text), weightMax)}`;
}

/** Of a service it is at least 1. */
function sharedWeightOf(block: Statement['block'], note: Noting): Statement | undefined {
  const given = (block ?? []).filter(({ key }) => key === 'weight');
  const isUsable = ({ words: [text] }: Statement) => digitsWithin(text, 1, readMax) !== undefined;
  for (const each of given.filter((weight) => !isUsable(weight)))
    note(each.at, 'mended', `weight ${each.words[0] ?? ''}: left out, as keepalived takes 1 and more`);
  return given.findLast(isUsable);
}

/** The kernel refuses a lower threshold above the upper one (ip_vs_ctl.c, ip_vs_add_dest). */
function thresholdsOf(block: Statement['block'], note: Noting): Fields {
  const [upper, lower] = ['uthreshold', 'lthreshold'].map((key) => thresholdOf(block, key, note));
  const [high, low] = [upper?.value, lower?.value];
  if (lower !== undefined && low !== undefined && low > (high ?? 0)) {
    note(
      lower.at,
      'limited',
      `lthreshold ${low}: left out, as it is above uthreshold, which the kernel refuses`,
    );
    return { upper_threshold: high === undefined ? undefined : `${high}` };
  }
  return {
    upper_threshold: high === undefined ? undefined : `${high}`,
    lower_threshold: low === undefined ? undefined : `${low}`,
  };
}

/** The last that is one. */
function thresholdOf(block: Statement['block'], key: string, note: Noting) {
  const read = (block ?? [])
    .filter((each) => each.key === key)
    .map(({ at, words: [text = ''] }) => ({ at, text, value: digitsWithin(text, 0, 0xffff_ffff) }));
  for (const { at, text, value } of read.filter((each) => !isPlainNumber(each.text)))
    note(at, 'mended', `${key} ${text}: ${value ?? 'left out'}, as keepalived makes of it`);
  return read.findLast(({ value }) => value !== undefined);
}

/** Its inhibit stands behind it, and holds for no other. */
export function fallbackOf(service: Service): Fields {
  const { virtual, note } = service;
  const { block = [] } = virtual;
  const fallback = sorryServerOf(service);
  const inhibit = lastOf(block, 'sorry_server_inhibit');
  const sorry = lastOf(block, 'sorry_server');
  const holds = inhibit !== undefined && sorry !== undefined && block.indexOf(inhibit) > block.indexOf(sorry);
  if (inhibit !== undefined && !holds)
    note(
      inhibit.at,
      'ignored',
      'sorry_server_inhibit: left out, as keepalived wants it behind a sorry_server',
    );
  return { fallback, fallback_quiescent: fallback !== undefined && holds ? 'yes' : undefined };
}

function sorryServerOf({ virtual, targets, note }: Service): Value | undefined {
  const { block } = virtual;
  const sorry = lastOf(block, 'sorry_server');
  const [address, given] = sorry?.words ?? [];
  if (sorry === undefined || address === undefined) return undefined;
  // The method of a sorry_server stands behind it.
  const behind = (block ?? []).slice((block ?? []).indexOf(sorry));
  const own = behind.filter(({ key }) => key === 'sorry_server_lvs_method');
  const early = [...methodsBefore(sorry, virtual), ...own];
  const late = early.some(isMethod) ? early : [...methodsOf(virtual), ...early];
  const { forward, tunnel } = forwardingOf(late, note);
  const byTunnel = forwardingOf(early, () => undefined).forward === 'ipip';
  const port = portOf(given);
  const bare = parseIp(address.replace(/[-/].*$/, ''));
  if (bare === undefined || port === 'none' || isStranger(bare, byTunnel, virtual, targets)) {
    const isName = bare === undefined && parseHostName(address) !== undefined && port !== 'none';
    note(
      sorry.at,
      isName ? 'taken' : 'ignored',
      isName
        ? `sorry_server ${sorry.text}: taken, though keepalived skips a name`
        : `sorry_server ${sorry.text}: left out, as keepalived does`,
    );
    if (!isName) return undefined;
  }
  const server = joinPort(bare ?? address, port);
  return tunnel === undefined ? `${server} ${forward}` : { address: server, forward, tunnel };
}
