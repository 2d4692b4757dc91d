// What keepalived's global_defs say of IPVS beside its table, as the `ipvs` section: lvs_timeouts, lvs_sync_daemon;
// and its older lvs_sync_daemon_interface of an instance. Source: keepalived.conf(5).
import { isMulticast, parseIp } from '../../../net/ip.ts';
import type { Fields, Noting } from '../converted.ts';
import { cleanName } from './tracking.ts';
import { firstOf, lastOf, type Statement, wholeWithin } from './tree.ts';

/** Of global_defs: what is read here. */
export const directorKeys = ['lvs_timeouts', 'lvs_sync_daemon'] as const;

/**
 * @param vrrp what keepalived starts its VRRP process for, which runs the daemons
 * @param instances the names of the virtual routers. @returns undefined where there is nothing of the kind.
 */
export function ipvsOf(
  globals: readonly Statement[],
  vrrp: readonly Statement[],
  instances: ReadonlySet<string>,
  note: Noting,
): Fields | undefined {
  const timeout = timeoutsOf(lastOf(globals, 'lvs_timeouts'), note);
  // keepalived takes the first, reads global_defs before all else, and asks nobody else where it then forgets it.
  const given = firstOf(globals, 'lvs_sync_daemon');
  const isRun = given === undefined || vrrp.length > 0;
  if (!isRun)
    note(given.at, 'ignored', 'lvs_sync_daemon: left out, as keepalived runs none without a VRRP part');
  const wanted = given === undefined ? syncOfInstance(vrrp, instances, note) : syncOf(given, instances, note);
  const sync = isRun ? wanted : undefined;
  return timeout === undefined && sync === undefined ? undefined : { timeout, sync };
}

/** The most that a timer of the kernel holds (INT_MAX / HZ at 1000 ticks a second), and the most that keepalived reads. */
const timeoutMax = 2_147_483;
const readMax = 2_678_400;

/** "tcp 900 tcpfin 120 udp 300", each or none; keepalived takes 0 for no change, and so does leaving it out. */
function timeoutsOf(statement: Statement | undefined, note: Noting): Fields | undefined {
  if (statement === undefined) return undefined;
  const { at, words } = statement;
  const { pairs, rest } = pairsOf(words, new Set(['tcp', 'tcpfin', 'udp']));
  if (rest.length > 0) {
    const text = `lvs_timeouts ${rest.join(' ')}: left out, as nothing corresponds to it`;
    note(at, 'ignored', text);
  }
  const set = [...pairs].flatMap(([key, text]) => {
    const value = wholeWithin(text, 0, readMax);
    if (value === undefined) note(at, 'mended', `lvs_timeouts ${key} ${text}: left out, as keepalived does`);
    else if (value > timeoutMax)
      note(at, 'limited', `lvs_timeouts ${key} ${text}: ${timeoutMax}, which is the most there is here`);
    return value === undefined || value === 0 ? [] : [[key, `${Math.min(value, timeoutMax)}`] as const];
  });
  return set.length === 0 ? undefined : Object.fromEntries(set);
}

const syncKeys = new Set(['inst', 'id', 'maxlen', 'port', 'ttl', 'group']);
/** What keepalived leaves out beyond them. */
const syncLimits: Readonly<Record<string, readonly [min: number, max: number]>> = {
  ...{ id: [0, 255], maxlen: [1, 65_507], port: [1, 65_535], ttl: [1, 255] },
};

/** INTERFACE [INSTANCE [ID]] and pairs. Without an instance keepalived runs both daemons. */
function syncOf(statement: Statement, instances: ReadonlySet<string>, note: Noting): Fields | undefined {
  const [name, ...words] = statement.words;
  if (name === undefined) return undefined;
  const isKey = (word: string | undefined) => word !== undefined && syncKeys.has(word);
  const bare = isKey(words[0]) ? [] : words.slice(0, isKey(words[1]) ? 1 : 2);
  const { pairs, rest } = pairsOf(words.slice(bare.length), syncKeys);
  if (rest.length > 0) {
    const text = `lvs_sync_daemon ${rest.join(' ')}: left out, as nothing corresponds to it`;
    note(statement.at, 'ignored', text);
  }
  const given = bare[0] ?? pairs.get('inst');
  const instance = given === undefined ? undefined : cleanName(given);
  if (instance !== undefined && !instances.has(instance)) {
    note(statement.at, 'missing', `lvs_sync_daemon: left out, as there is no vrrp_instance ${given}`);
    return undefined;
  }
  const role = instance === undefined ? { mode: 'both' } : { mode: 'role', instance };
  const within = (key: string, text = pairs.get(key)): string | undefined => {
    const [min, max] = syncLimits[key] ?? [0, 0];
    if (text === undefined || wholeWithin(text, min, max) !== undefined) return text;
    note(statement.at, 'mended', `lvs_sync_daemon ${key} ${text}: left out, as keepalived does`);
    return undefined;
  };
  const id = within('id', pairs.get('id') ?? bare[1]) ?? (instance === undefined ? '0' : undefined);
  const [maxlen, port, ttl] = ['maxlen', 'port', 'ttl'].map((key) => within(key));
  const group = groupOf(statement, pairs.get('group'), note);
  return { interface: name, ...role, id, maxlen, port, ttl, group };
}

function groupOf({ at }: Statement, text: string | undefined, note: Noting): string | undefined {
  const address = text === undefined ? undefined : parseIp(text);
  if (text === undefined || (address !== undefined && isMulticast(address))) return text;
  note(at, 'mended', `lvs_sync_daemon group ${text}: left out, as keepalived does`);
  return undefined;
}

/** The older lvs_sync_daemon_interface: its id is 0, not the VRID (vrrp.c, vrrp_complete_init). */
function syncOfInstance(
  vrrp: readonly Statement[],
  instances: ReadonlySet<string>,
  note: Noting,
): Fields | undefined {
  const seen = new Set<string>();
  for (const { words, block, at } of vrrp) {
    const name = firstOf(block ?? [], 'lvs_sync_daemon_interface')?.words[0];
    const instance = cleanName(words[0] ?? '');
    // keepalived takes the first block of a name.
    const isFirst = !seen.has(instance);
    seen.add(instance);
    if (name === undefined || !isFirst) continue;
    if (!instances.has(instance))
      note(at, 'missing', `lvs_sync_daemon: left out, as vrrp_instance ${instance} is`);
    else return { interface: name, mode: 'role', instance, id: '0' };
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
