// What a virtual_server serves: an address with a port, a mark, or the addresses, ranges and marks of a
// virtual_server_group. Source: keepalived/check/check_data.c (alloc_vs, alloc_vsg_entry).
import { type Family, familyOf, ipBytes, ipFromBytes, parseIp } from '../../../net/ip.ts';
import { parsePrefix } from '../../../net/prefix.ts';
import { type Fields, joinPort, type Noting } from '../converted.ts';
import { digitsWithin, type Statement, wholeWithin } from './tree.ts';

/** Of an address or a range with a port ("0" where none is given), or of a mark. */
type Addresses = { readonly addresses: string; readonly port: string };
export type Target = Addresses | { readonly fwmark: string; readonly family?: string };
export type Targets = readonly [Target, ...Target[]];

export function targetsOf(
  { words, at, text }: Statement,
  groups: ReadonlyMap<string, Statement>,
  note: Noting,
): readonly Target[] {
  const [first = '', second] = words;
  if (first !== 'group') {
    const bare = first.replace(/[-/].*$/, '');
    const targets = targetOf([bare, ...words.slice(1)]);
    if (bare !== first && targets.length > 0)
      note(at, 'mended', `virtual_server ${text}: ${bare}, as keepalived makes of it`);
    return targets;
  }
  const group = groups.get(second ?? '');
  if (group === undefined) note(at, 'missing', `group ${second ?? ''}: is nowhere`);
  return (group?.block ?? []).flatMap((entry) => {
    const targets = targetOf([entry.key, ...entry.words]);
    if (targets.length === 0)
      note(entry.at, 'missing', `${entry.key}: left out, as it is no address, range or mark`);
    return targets;
  });
}

/** ADDRESS [PORT], a range, a prefix, or `fwmark N [inet|inet6]`. */
function targetOf([first = '', second, third]: readonly string[]): readonly Target[] {
  if (first === 'fwmark') {
    if (wholeWithin(second, 1, 0xffff_ffff) === undefined || second === undefined) return [];
    return [{ fwmark: second, ...(third !== undefined && { family: third }) }];
  }
  const addresses = addressesOf(first);
  const isNone = second === undefined || /^0*$/.test(second);
  const port = isNone ? 0 : digitsWithin(second, 1, 65_535);
  return addresses === undefined || port === undefined ? [] : [{ addresses, port: `${port}` }];
}

/** "a.b.c.d-e", "x::1-f", "a-b", and "net/len" as such a range; undefined for anything else. */
export function addressesOf(text: string): string | undefined {
  if (parseIp(text) !== undefined) return text;
  const [from = '', to = ''] = text.split('-');
  if (parseIp(from) !== undefined && to !== '') {
    const end = parseIp(to) ?? parseIp(from.replace(/[^.:]*$/, to));
    return end === undefined ? undefined : text;
  }
  const prefix = text.includes('/') ? parsePrefix(text) : undefined;
  if (prefix === undefined) return undefined;
  const bytes = ipBytes(prefix.address);
  const mask = bytes.map((_, i) => 0xff >> Math.min(8, Math.max(0, prefix.length - 8 * i)));
  const low = ipFromBytes(bytes.map((byte, i) => byte & ~(mask[i] ?? 0)));
  const high = ipFromBytes(bytes.map((byte, i) => byte | (mask[i] ?? 0)));
  return low === high ? low : `${low}-${high}`;
}

/** The families of its addresses; none for marks, whose family the servers tell. */
export const familiesOf = (targets: readonly Target[]): ReadonlySet<Family> =>
  new Set(
    targets.flatMap((target) => {
      const first = 'addresses' in target ? parseIp(target.addresses.split('-')[0] ?? '') : undefined;
      return first === undefined ? [] : [familyOf(first)];
    }),
  );

/**
 * The family that keepalived gives a service of marks: of what stands first in it and has one. A server behind a tunnel
 * may have another. Source: keepalived/check/check_parser.c (ip_family_handler, pgr_handler, rs_end_handler).
 */
export function familyOfMarks(
  block: Statement['block'],
  isTunnel: (real: Statement) => boolean,
): Family | undefined {
  const familyOfText = (text: string): Family => (text.includes(':') ? 'inet6' : 'inet');
  const said = (block ?? []).map((each): Family | undefined => {
    const [text = ''] = each.words;
    if (each.key === 'ip_family') return text === 'inet' || text === 'inet6' ? text : undefined;
    if (each.key === 'persistence_granularity')
      return text.includes('.') ? 'inet' : wholeWithin(text, 1, 128) === undefined ? undefined : 'inet6';
    return each.key === 'real_server' && !isTunnel(each) ? familyOfText(text) : undefined;
  });
  const first = said.find((each) => each !== undefined);
  if (first !== undefined) return first;
  const tunnels = (block ?? []).filter(({ key }) => key === 'real_server');
  const families = new Set(tunnels.map(({ words: [text = ''] }) => familyOfText(text)));
  return families.size === 1 ? [...families][0] : undefined;
}

/** @param family of marks that say none themselves. */
export function identityOf(
  targets: Targets,
  at: Statement['at'],
  { family, protocol }: { readonly family?: string | undefined; readonly protocol?: string | undefined },
  note: Noting,
): Fields {
  const [target] = targets;
  if (targets.length === 1 && 'fwmark' in target) {
    note(
      at,
      'firewall',
      `fwmark ${target.fwmark}: set by your firewall as before; with marks beside it, by the daemon itself`,
    );
    return { fwmark: target.fwmark, family: target.family ?? family };
  }
  if (targets.length === 1 && 'addresses' in target && !target.addresses.includes('-'))
    return { address: joinPort(target.addresses, target.port), protocol };
  return { addresses: targets.map((each) => memberOf(each, family)), protocol };
}

function memberOf(target: Target, family: string | undefined): string {
  if ('addresses' in target) return joinPort(target.addresses, target.port);
  return `${(target.family ?? family) === 'inet6' ? 'fwmark6' : 'fwmark'} ${target.fwmark}`;
}

/** keepalived takes the last that it knows. */
export const protocolOf = ({ block }: Statement): string | undefined =>
  (block ?? [])
    .findLast(({ key, words }) => key === 'protocol' && /^(tcp|udp|sctp)$/i.test(words[0] ?? ''))
    ?.words[0]?.toLowerCase();
