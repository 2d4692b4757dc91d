// virtual_ipaddress, virtual_ipaddress_excluded and use_vmac of a vrrp_instance. Words that keepalived ignores cost no
// address here either. Source: keepalived/vrrp/vrrp_ipaddress.c, keepalived/vrrp/vrrp_parser.c.
import { type Family, familyOf, ipBytes, ipFromBytes, isLinkLocal, parseIp } from '../../../net/ip.ts';
import type { Prefix } from '../../../net/prefix.ts';
import { parseVirtualAddress } from '../../../net/virtual-address.ts';
import type { Noting } from '../converted.ts';
import type { NoteKind } from '../grades.ts';
import { digitsWithin, linesOf, type Statement } from './tree.ts';

export type Floating = {
  readonly family: Family;
  readonly addresses: readonly string[];
  readonly excluded: readonly string[];
  /** Whether all of its addresses are another's. */
  readonly isTaken: boolean;
};

/** Whose an address is, over all instances. */
export type Taken = Map<string, Statement>;

/** As many as an advert holds; keepalived moves what is beyond to the excluded ones. */
const addressesMax: Readonly<Record<Family, number>> = { inet: 255, inet6: 90 };

/** One family an instance: keepalived takes that of the first. */
export function floatingOf(instance: Statement, device: string, taken: Taken, note: Noting): Floating {
  const read = (key: string) =>
    linesOf(instance.block, key).flatMap((line) => {
      const text = addressOf(key, line, note);
      const parsed = text === undefined ? undefined : parseVirtualAddress(text);
      return text === undefined || parsed === undefined ? [] : [{ key, line, text, ...parsed }];
    });
  const lines = read('virtual_ipaddress');
  const family = familyIn(instance, new Map(lines.map(({ line, address }) => [line, address]))) ?? 'inet';
  const isFree = ({ address, device: own = device, key, line, text }: (typeof lines)[number]): boolean => {
    const name = isLinkLocal(address) ? `${address} ${own}` : address;
    const owner = taken.get(name);
    taken.set(name, owner ?? instance);
    if (owner === undefined) return true;
    note(
      line.at,
      owner === instance ? 'ignored' : 'missing',
      `${key} ${text}: left out, as it stands before`,
    );
    return false;
  };
  const ofFamily = lines.filter(({ address, line, text }) => {
    if (familyOf(address) === family) return true;
    note(
      line.at,
      'ignored',
      `virtual_ipaddress ${text}: left out, as what stands first is of the other family`,
    );
    return false;
  });
  const kept = ofFamily.filter(isFree);
  const [most, first] = [addressesMax[family], kept[addressesMax[family]]];
  if (first !== undefined) {
    const text = `virtual_ipaddress: ${kept.length - most} moved to virtual_ipaddress_excluded, as an advert has room for ${most}`;
    note(first.line.at, 'mended', text);
  }
  const texts = kept.map(({ text }) => text);
  const excluded = read('virtual_ipaddress_excluded').filter(isFree);
  return {
    family,
    addresses: texts.slice(0, most),
    isTaken: ofFamily.length > 0 && kept.length === 0,
    excluded: [...texts.slice(most), ...excluded.map(({ text }) => text)],
  };
}

/** Of the first address that the file names for it: floating (one of those that are used), a peer's, or a source. */
function familyIn({ block = [] }: Statement, used: ReadonlyMap<Statement, string>): Family | undefined {
  const texts = block.flatMap((each) => {
    if (each.key === 'virtual_ipaddress') return (each.block ?? []).flatMap((line) => used.get(line) ?? []);
    if (each.key === 'unicast_peer') return (each.block ?? []).map(({ key }) => key);
    return /^(?:unicast_src_ip|mcast_src_ip|mcast_dst_ip)$/.test(each.key) ? each.words.slice(0, 1) : [];
  });
  const first = texts.map((text) => parseVirtualAddress(text)).find((each) => each !== undefined);
  return first && familyOf(first.address);
}

/** Words with a value behind them that are read here. */
const pairs = new Set(['dev', 'brd', 'broadcast', 'label', 'scope']);
/** Words of keepalived that nothing corresponds to: how many values they have, and what their loss is. */
const lost: Readonly<Record<string, readonly [values: number, kind: NoteKind]>> = {
  peer: [1, 'meaning'],
  preferred_lft: [1, 'approximate'],
  use_vmac: [0, 'approximate'],
  home: [0, 'approximate'],
  '-nodad': [0, 'approximate'],
  nodad: [0, 'ignored'],
  mngtmpaddr: [0, 'approximate'],
  noprefixroute: [0, 'approximate'],
  autojoin: [0, 'approximate'],
  track_group: [1, 'approximate'],
};

/** What can be read of a line: its address, and each word that fits it; undefined for no address. */
export function addressOf(key: string, line: Statement, note: Noting): string | undefined {
  const { words, at } = line;
  const address = prefixOf(key, line, note);
  const whole = [address, ...words].join(' ');
  const prefix = parseVirtualAddress(address);
  if (prefix === undefined) {
    note(at, 'missing', `${key} ${whole}: left out, as it cannot be said`);
    return undefined;
  }
  const skipped = reasonToSkip(prefix, words);
  if (skipped !== undefined) {
    note(at, 'ignored', `${key} ${whole}: left out, as keepalived does: ${skipped}`);
    return undefined;
  }
  const kept = new Map<string, string>();
  const kinds = new Set<NoteKind>();
  for (let i = 0; i < words.length; i += 1) {
    const [word = '', value = ''] = [words[i], words[i + 1]];
    const [values, kind] = lost[word] ?? [0, 'ignored'];
    const fits = pairs.has(word) && parseVirtualAddress(`${address} ${word} ${value}`) !== undefined;
    const isBrd = isBroadcast(word);
    const lowest = isBrd && value === '-' ? lowestOf(prefix) : undefined;
    // It makes none of so short a net.
    const isNone = isBrd && value === '+' && prefix.length > 30;
    // keepalived knows scopes of IPv4 alone.
    const isForeign = word === 'scope' && address.includes(':');
    if (word === 'no_track') kept.set('track', 'no');
    else if (lowest !== undefined) kept.set('brd', lowest);
    else if (fits && !isForeign && !isNone) kept.set(isBrd ? 'brd' : word, value);
    else if (!isNone) kinds.add(kind);
    i += pairs.has(word) ? 1 : values;
  }
  const text = [address, ...[...kept].flat()].join(' ');
  const [worst] = [...kinds].sort((a, b) => Number(a === 'ignored') - Number(b === 'ignored'));
  if (worst !== undefined) note(at, worst, `${key} ${whole}: only ${text}`);
  return text;
}

/** A length that is none is all bits. */
function prefixOf(key: string, { key: given, at }: Statement, note: Noting): string {
  const [bare = '', length] = given.split('/');
  if (length === undefined || parseVirtualAddress(given) !== undefined || parseIp(bare) === undefined)
    return given;
  const most = bare.includes(':') ? 128 : 32;
  const mended = `${bare}/${digitsWithin(length, 0, most) ?? most}`;
  note(at, 'mended', `${key} ${given}: ${mended}, as keepalived makes of it`);
  return mended;
}

/** What costs the whole address there; undefined for an address that is used (vrrp_ipaddress.c, alloc_ipaddress). */
function reasonToSkip({ address }: Prefix, words: readonly string[]): string | undefined {
  const devices: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const [word = '', value] = [words[i], words[i + 1]];
    const values = pairs.has(word) ? 1 : (lost[word]?.[0] ?? 0);
    if (values === 0) continue;
    if (value === undefined) return `nothing stands behind ${word}`;
    if (word === 'dev') devices.push(value);
    if (word === 'label' && value.length > 15) return 'a label has at most 15 characters';
    if (isBroadcast(word) && familyOf(address) === 'inet6') return 'IPv6 has no broadcast address';
    if (isBroadcast(word) && !/^[-+]$/.test(value) && (value.includes(':') || parseIp(value) === undefined))
      return `${value} is no broadcast address`;
    i += values;
  }
  return devices.length > 1 ? 'it names two interfaces' : undefined;
}

const isBroadcast = (word: string): boolean => word === 'brd' || word === 'broadcast';

/** What `brd -` stands for: the bits of the host are 0. None where there is no room for it. */
function lowestOf({ address, length }: Prefix): string | undefined {
  if (familyOf(address) === 'inet6' || length > 30 || length === 0) return undefined;
  const mask = (index: number) => 0xff00 >> Math.min(8, Math.max(0, length - 8 * index));
  return ipFromBytes(ipBytes(address).map((byte, index) => byte & mask(index)));
}

/**
 * keepalived's, by its rule: vrrp.51, then vrrp1.51, vrrp2.51 ...; of IPv6 vrrp6.51 comes second (vrrp.c,
 * create_vmac_name). @param used names of macvlans that are taken; who names one of them gets the one by the rule
 */
export function vmacOf(
  block: Statement['block'],
  { vrid, family, used }: { readonly vrid: string; readonly family: Family; readonly used: Set<string> },
  note: Noting,
): string | undefined {
  const given = (block ?? []).filter(({ key }) => key === 'use_vmac');
  const at = given[0]?.at;
  if (at === undefined) return undefined;
  // It takes the first name, wherever it stands.
  const words = given.flatMap(({ words: each }) => each);
  const [name, ...rest] = words.filter((word) => !/^[\da-f]{1,2}(:[\da-f]{1,2}){4,5}$/i.test(word));
  const isMac = words.length > 0 && name !== words[0];
  if (isMac) note(at, 'meaning', `use_vmac ${words[0]}: the MAC of the virtual router instead`);
  if (rest.length > 0)
    note(at, 'approximate', `use_vmac ${rest.join(' ')}: left out, as nothing corresponds to it`);
  const asked = name === undefined || name.length > 15 ? [] : [name];
  const free = [...asked, ...vmacNames(vrid, family)].find((each) => !used.has(each)) ?? `vrrp.${vrid}`;
  used.add(free);
  if (name !== undefined && free !== name)
    note(at, 'mended', `use_vmac ${name}: ${free}, as keepalived makes of it`);
  // What a `yes` stands for here: config/router/floating.ts.
  return free === (family === 'inet' ? `vrrp.${vrid}` : `vrrp6.${vrid}`) ? 'yes' : free;
}

function vmacNames(vrid: string, family: Family): readonly string[] {
  const numbers = Array.from({ length: 255 }, (_, i) => i + 1);
  const further = family === 'inet' ? numbers : [6, ...numbers.filter((number) => number !== 6)];
  return [`vrrp.${vrid}`, ...further.map((number) => `vrrp${number}.${vrid}`)];
}
