// To whom a vrrp_instance sends adverts, from where, and with which password. Source: keepalived.conf(5),
// keepalived/vrrp/vrrp.c (vrrp_complete_instance).
import { familyOf, isMulticast, parseIp } from '../../../net/ip.ts';
import type { Fields, Noting } from '../converted.ts';
import type { Election } from './election.ts';
import { lastOf, linesOf, type Statement, wordOf } from './tree.ts';

export type AdvertsOf = {
  readonly globals: readonly Statement[];
  readonly family: 'inet' | 'inet6';
  readonly note: Noting;
};

export function advertsOf(
  { block, at, text }: Statement,
  { version, strict }: Election,
  { globals, family, note }: AdvertsOf,
): Fields {
  const peers = linesOf(block, 'unicast_peer').flatMap((peer) => peerOf(peer, family, note));
  if (strict && peers.length > 0) {
    note(at, 'meaning', `vrrp_instance ${text}: runs here; keepalived refuses unicast peers in strict mode`);
  }
  return {
    unicast_peer: [...new Set(peers)],
    unicast_src_ip: sourceOf(lastOf(block, 'unicast_src_ip', 'mcast_src_ip'), family, note),
    mcast_dst_ip: peers.length > 0 ? undefined : groupOf(block, globals, family, note),
    auth_pass: passwordOf(block, { version, strict }, note),
  };
}

/** Of the instance, else of all instances of the family. */
function groupOf(
  block: Statement['block'],
  globals: readonly Statement[],
  family: 'inet' | 'inet6',
  note: Noting,
): readonly string[] {
  const shared = family === 'inet' ? 'vrrp_mcast_group4' : 'vrrp_mcast_group6';
  const given = [lastOf(block, 'mcast_dst_ip'), lastOf(globals, shared)].filter((each) => each !== undefined);
  for (const { key, at, words } of given) {
    const address = parseIp(words[0] ?? '');
    const isOfFamily = address !== undefined && familyOf(address) === family && isMulticast(address);
    if (isOfFamily) return address === defaultGroups[family] ? [] : [address];
    note(at, 'unheard', `${key} ${words[0] ?? ''}: left out, as it is no multicast address of the family`);
  }
  return [];
}
const defaultGroups = { inet: '224.0.0.18', inet6: 'ff02::12' } as const;

/** Of an address the mask is cut off. */
const bareAddress = (text: string): string => text.replace(/\/\d+$/, '');

function peerOf(peer: Statement, family: 'inet' | 'inet6', note: Noting): readonly string[] {
  const address = parseIp(bareAddress(peer.key));
  const more = [...peer.words];
  const words: string[] = [];
  for (let i = 0; i < more.length; i += 1) {
    const [word = '', value = ''] = [more[i], more[i + 1]];
    if (!/^m(in|ax)_ttl$/.test(word) || !/^\d+$/.test(value) || Number(value) > 255) {
      note(peer.at, { word }, `unicast_peer ${peer.key} ${word}: left out, as nothing corresponds to it`);
    } else {
      words.push(word, value);
      i += 1;
    }
  }
  if (address === undefined) {
    note(peer.at, 'taken', `unicast_peer ${peer.key}: taken, though keepalived skips a name`);
    return [[peer.key, ...words].join(' ')];
  }
  if (familyOf(address) === family) return [[address, ...words].join(' ')];
  note(peer.at, 'ignored', `unicast_peer ${peer.key}: left out, as the addresses are of the other family`);
  return [];
}

function sourceOf(given: Statement | undefined, family: 'inet' | 'inet6', note: Noting): string | undefined {
  const text = given?.words[0];
  if (given === undefined || text === undefined) return undefined;
  const address = parseIp(bareAddress(text));
  if (address !== undefined && familyOf(address) === family) return address;
  const reason = address === undefined ? 'it is no address' : 'the virtual addresses are of the other family';
  note(given.at, 'unheard', `${given.key} ${text}: left out, as ${reason}`);
  return undefined;
}

/** Of version 2 alone, and never in strict mode; keepalived takes the first eight bytes. */
function passwordOf(
  block: Statement['block'],
  { version, strict }: Pick<Election, 'version' | 'strict'>,
  note: Noting,
): string | undefined {
  const given = lastOf(block, 'authentication');
  const lines = linesOf(block, 'authentication');
  const [type, password = ''] = [lastOf(lines, 'auth_type'), wordOf(lines, 'auth_pass')];
  const kind = lines.findLast(({ key, words }) => key === 'auth_type' && /^(PASS|AH)$/.test(words[0] ?? ''))
    ?.words[0];
  if (given === undefined || (type === undefined && password === '')) return undefined;
  const ignored = strict
    ? 'keepalived sends none in strict mode'
    : version === '3'
      ? 'VRRP version 3 has none'
      : kind === undefined
        ? 'keepalived has none without an auth_type that it knows'
        : password === ''
          ? 'keepalived has none without a password'
          : undefined;
  if (ignored !== undefined) {
    note(given.at, 'ignored', `authentication: left out, as ${ignored}`);
    return undefined;
  }
  if (kind === 'PASS') return password.slice(0, 8);
  note(given.at, 'unheard', `authentication: left out, as ${kind} is not spoken`);
  return undefined;
}
