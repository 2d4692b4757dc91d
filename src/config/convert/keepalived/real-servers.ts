// real_server and sorry_server as `real` and `fallback`. Source: keepalived/check/check_data.c (alloc_rs,
// validate_check_config), keepalived/check/check_parser.c (rs_weight_handler).
import { parseHostName } from '../../../net/host-name.ts';
import { familyOf, parseIp } from '../../../net/ip.ts';
import { type Fields, joinPort, type Noting, type Value } from '../converted.ts';
import { checkers } from './checks.ts';
import { upAndDownOf } from './commands.ts';
import { forwardingOf } from './forward.ts';
import { noteUnknown } from './left-out.ts';
import type { Mails } from './mails.ts';
import { familiesOf, type Targets } from './targets.ts';
import { digitsWithin, isPlainNumber, lastOf, type Statement, wholeWithin } from './tree.ts';

const known: ReadonlySet<string> = new Set([
  ...['weight', 'lvs_method', 'inhibit_on_failure', 'uthreshold', 'lthreshold', 'retry', 'connect_timeout'],
  ...[
    'alpha',
    'delay_loop',
    'delay_before_retry',
    'virtualhost',
    'snmp_name',
    'notify_up',
    'notify_down',
    'smtp_alert',
    ...checkers,
  ],
]);
const weightMax = 65_535;

export type Service = {
  readonly virtual: Statement;
  readonly targets: Targets;
  readonly note: Noting;
  readonly mails: Mails;
};

/** A server of the other family is reached by a tunnel only. */
const isStranger = (address: string, forward: string, targets: Targets): boolean => {
  const ip = parseIp(address);
  const families = familiesOf(targets);
  return ip !== undefined && forward !== 'ipip' && families.size > 0 && !families.has(familyOf(ip));
};

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
  const method = lastOf(block, 'lvs_method') ?? lastOf(virtual.block, 'lb_kind', 'lvs_method');
  const { forward, tunnel } = forwardingOf(method, note);
  if (isStranger(address, forward, targets))
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

/** Undefined for none and for 0. */
function portOf(text: string | undefined): string | undefined | 'none' {
  if (text === undefined) return undefined;
  const port = wholeWithin(text, 0, 65_535);
  return port === undefined ? 'none' : port === 0 ? undefined : `${port}`;
}

/** keepalived passes a number beyond its limits over. */
function weightOf({ block, at }: Statement, shared: Statement['block'], note: Noting): string {
  const given = lastOf(block, 'weight') ?? lastOf(shared, 'weight');
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

/** The kernel refuses a lower threshold above the upper one (ip_vs_ctl.c, ip_vs_add_dest). */
function thresholdsOf(block: Statement['block'], note: Noting): Fields {
  const [upper, lower] = [lastOf(block, 'uthreshold'), lastOf(block, 'lthreshold')];
  const [high, low] = [upper, lower].map((each) => thresholdOf(each, note));
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

function thresholdOf(given: Statement | undefined, note: Noting): number | undefined {
  const text = given?.words[0];
  const value = digitsWithin(text, 0, 0xffff_ffff);
  if (given !== undefined && text !== undefined && !isPlainNumber(text))
    note(given.at, 'mended', `${given.key} ${text}: ${value ?? 'left out'}, as keepalived makes of it`);
  return value;
}

export function fallbackOf({ virtual, targets, note }: Service): Value | undefined {
  const { block } = virtual;
  const sorry = lastOf(block, 'sorry_server');
  const [address, given] = sorry?.words ?? [];
  if (sorry === undefined || address === undefined) return undefined;
  // The method of a sorry_server stands behind it.
  const behind = (block ?? []).slice((block ?? []).indexOf(sorry));
  const method = lastOf(behind, 'sorry_server_lvs_method') ?? lastOf(block, 'lb_kind', 'lvs_method');
  const { forward, tunnel } = forwardingOf(method, note);
  const port = portOf(given);
  const bare = parseIp(address.replace(/[-/].*$/, ''));
  if (bare === undefined || port === 'none' || isStranger(bare, forward, targets)) {
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
