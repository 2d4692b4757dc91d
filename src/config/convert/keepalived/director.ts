// What keepalived's global_defs say of IPVS beside its table, as the `ipvs` section: lvs_timeouts, lvs_sync_daemon;
// and its older lvs_sync_daemon_interface of an instance. Source: keepalived.conf(5).
import type { Fields, Noting } from '../converted.ts';
import { cleanName } from './tracking.ts';
import { lastOf, type Statement } from './tree.ts';

/** Of global_defs: what is read here. */
export const directorKeys = ['lvs_timeouts', 'lvs_sync_daemon'] as const;

/** @param instances the names of the virtual routers. @returns undefined where there is nothing of the kind. */
export function ipvsOf(
  globals: readonly Statement[],
  vrrp: readonly Statement[],
  instances: ReadonlySet<string>,
  note: Noting,
): Fields | undefined {
  const timeout = timeoutsOf(lastOf(globals, 'lvs_timeouts'), note);
  const sync = syncOf(lastOf(globals, 'lvs_sync_daemon'), instances, note) ?? syncOfInstance(vrrp, instances);
  return timeout === undefined && sync === undefined ? undefined : { timeout, sync };
}

/** "tcp 900 tcpfin 120 udp 300", each or none; keepalived takes 0 for no change, and so does leaving it out. */
function timeoutsOf(statement: Statement | undefined, note: Noting): Fields | undefined {
  if (statement === undefined) return undefined;
  const { pairs, rest } = pairsOf(statement.words, new Set(['tcp', 'tcpfin', 'udp']));
  if (rest.length > 0)
    note(statement.at, `lvs_timeouts ${rest.join(' ')}: left out, as nothing corresponds to it`);
  const set = [...pairs].filter(([, seconds]) => seconds !== '0');
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

const syncKeys = new Set(['inst', 'id', 'maxlen', 'port', 'ttl', 'group']);

/** INTERFACE [[inst] INSTANCE [ID]] and pairs. Without an instance keepalived runs both daemons. */
function syncOf(
  statement: Statement | undefined,
  instances: ReadonlySet<string>,
  note: Noting,
): Fields | undefined {
  const [name, ...words] = statement?.words ?? [];
  if (statement === undefined || name === undefined) return undefined;
  const { pairs, rest } = pairsOf(words, syncKeys);
  const given = pairs.get('inst') ?? rest[0];
  const instance = given === undefined ? undefined : cleanName(given);
  if (instance !== undefined && !instances.has(instance)) {
    note(statement.at, `lvs_sync_daemon: left out, as there is no vrrp_instance ${given}`);
    return undefined;
  }
  const role = instance === undefined ? { mode: 'both' } : { mode: 'role', instance };
  const id = pairs.get('id') ?? rest[1] ?? (instance === undefined ? '0' : undefined);
  const [maxlen, port, ttl, group] = ['maxlen', 'port', 'ttl', 'group'].map((key) => pairs.get(key));
  return { interface: name, ...role, id, maxlen, port, ttl, group };
}

function syncOfInstance(vrrp: readonly Statement[], instances: ReadonlySet<string>): Fields | undefined {
  for (const { words, block } of vrrp) {
    const name = lastOf(block, 'lvs_sync_daemon_interface')?.words[0];
    const instance = cleanName(words[0] ?? '');
    if (name !== undefined && instances.has(instance)) return { interface: name, mode: 'role', instance };
  }
  return undefined;
}

/** KEY VALUE in any order, and the words that are neither. */
function pairsOf(words: readonly string[], keys: ReadonlySet<string>) {
  const pairs = new Map<string, string>();
  const rest: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const [word = '', value] = [words[i], words[i + 1]];
    if (!keys.has(word) || value === undefined) rest.push(word);
    else {
      pairs.set(word, value);
      i += 1;
    }
  }
  return { pairs, rest };
}
