// How keepalived sends packets on (docs/reference/keepalived.md §5): lvs_method, lb_kind and sorry_server_lvs_method,
// as forward and tunnel of a server.
import type { Fields, Noting } from '../converted.ts';
import type { Statement } from './tree.ts';

export type Forwarding = { readonly forward: string; readonly tunnel?: Fields };

const forwards: Readonly<Record<string, string>> = { NAT: 'masq', DR: 'gate', TUN: 'ipip' };
const checksums: Readonly<Record<string, string>> = { nocsum: 'no', csum: 'yes', remcsum: 'remote' };

/** Whether keepalived knows it. */
export const isMethod = ({ words: [word = ''] }: Statement): boolean => forwards[word] !== undefined;

/**
 * "TUN type gue port 6080 nocsum"; NAT where none is named.
 * @param methods each that is named for a server: that of its service first. The last that keepalived knows holds.
 */
export function forwardingOf(methods: readonly Statement[], note: Noting): Forwarding {
  const method = methods.findLast(isMethod);
  const [word = 'NAT', ...options] = method?.words ?? [];
  const forward = forwards[word] ?? 'masq';
  for (const { key, at, words } of methods.slice(method === undefined ? 0 : methods.indexOf(method) + 1)) {
    const text = `${key} ${words[0] ?? ''}: ${forward}, as keepalived knows NAT, DR and TUN and takes ${word}`;
    note(at, 'taken', text);
  }
  if (method === undefined || options.length === 0) return { forward };
  const tunnel = forward === 'ipip' ? tunnelOf(options) : undefined;
  if (tunnel === undefined) {
    note(
      method.at,
      'meaning',
      `${method.key} ${method.words.join(' ')}: ${options.join(' ')} left out, as it makes no tunnel`,
    );
    return { forward };
  }
  return tunnel.type === 'ipip' ? { forward } : { forward, tunnel };
}

/** @returns undefined where a word is unknown, or does not fit the type. */
function tunnelOf(options: readonly string[]): Fields | undefined {
  const match = /^(?:type (ipip|gre|gue(?: port (\d+))?))?(?: ?(nocsum|csum|remcsum))?$/.exec(
    options.join(' '),
  );
  if (match === null) return undefined;
  const [, kind = 'ipip', port, checksum] = match;
  const type = kind.split(' ')[0] ?? '';
  if (type === 'gue' && port === undefined) return undefined;
  if (type === 'ipip' && checksum !== undefined) return undefined;
  return { type, port, checksum: checksum === undefined ? undefined : checksums[checksum] };
}
