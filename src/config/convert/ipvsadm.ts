// What `ipvsadm -S` prints (with -n or without) as virtual services whose servers are all up: such a table has no
// checks, so the services get checktype on. Options as in ipvsadm(8).
import type { Position } from '../../model/config/problem.ts';
import { type Converted, collectNotes, type Fields, type Noting } from './converted.ts';

type Service = { readonly fields: Fields; readonly real: Fields[] };

/** Of options that stand alone, and of those with a word behind them; each by its short and its long name. */
const alone: Readonly<Record<string, string>> = {
  '-m': 'masq',
  '--masquerading': 'masq',
  '-g': 'gate',
  '--gatewaying': 'gate',
  '-i': 'ipip',
  '--ipip': 'ipip',
};
const named: Readonly<Record<string, string>> = {
  '-s': 'scheduler',
  '--scheduler': 'scheduler',
  '-M': 'netmask',
  '--netmask': 'netmask',
  '-b': 'schedflags',
  '--sched-flags': 'schedflags',
  '--pe': 'persistence_engine',
  '-r': 'address',
  '--real-server': 'address',
  '-w': 'weight',
  '--weight': 'weight',
  '-x': 'upper_threshold',
  '--u-threshold': 'upper_threshold',
  '-y': 'lower_threshold',
  '--l-threshold': 'lower_threshold',
};
const tunnelKeys: Readonly<Record<string, string>> = { '--tun-type': 'type', '--tun-port': 'port' };
const tunnelChecksums: Readonly<Record<string, string>> = {
  '--tun-nocsum': 'no',
  '--tun-csum': 'yes',
  '--tun-remcsum': 'remote',
};
const services: Readonly<Record<string, string>> = {
  '-t': 'tcp',
  '--tcp-service': 'tcp',
  '-u': 'udp',
  '--udp-service': 'udp',
  '--sctp-service': 'sctp',
  '-f': 'fwmark',
  '--fwmark-service': 'fwmark',
};
const weightMax = 65_535;

export function convertIpvsadm(text: string, file: string): Converted {
  const { note, notes } = collectNotes();
  const found = new Map<string, Service>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const at = { file, line: index + 1, column: 1 };
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]?.startsWith('#')) continue;
    readLine(words, at, found, note);
  }
  const virtual = [...found.values()].map(({ fields, real }) => ({ ...fields, checktype: 'on', real }));
  return { document: { virtual }, notes: notes() };
}

function readLine(words: readonly string[], at: Position, found: Map<string, Service>, note: Noting): void {
  const [command = '', ...rest] = words;
  const line = readOptions(rest, at, note);
  const { key } = line;
  if (key === undefined || !['-A', '--add-service', '-a', '--add-server'].includes(command)) {
    note(at, `${words.join(' ')}: left out, as it adds no service and no server`);
    return;
  }
  if (command === '-A' || command === '--add-service') {
    found.set(key, { fields: { ...line.service, ...line.fields }, real: [] });
    return;
  }
  const service = found.get(key);
  if (service === undefined) note(at, `${words.join(' ')}: left out, as its service was not added before`);
  else service.real.push({ ...line.fields, weight: weightOf(line.fields.weight, at, note) });
}

function weightOf(weight: Fields[string], at: Position, note: Noting): string {
  if (typeof weight !== 'string' || Number(weight) <= weightMax)
    return typeof weight === 'string' ? weight : '1';
  note(at, `weight ${weight}: ${weightMax} instead, which is the most there is here`);
  return `${weightMax}`;
}

function readOptions(words: readonly string[], at: Position, note: Noting) {
  const fields: Record<string, string> = {};
  const tunnel: Record<string, string> = {};
  let service: Fields = {};
  let key: string | undefined;
  for (let i = 0; i < words.length; i += 1) {
    const [word = '', next] = [words[i], words[i + 1]];
    const kind = services[word];
    if (kind !== undefined && next !== undefined) {
      service = kind === 'fwmark' ? { fwmark: next } : { address: next, protocol: kind };
      key = `${kind} ${next}`;
      i += 1;
    } else if (word === '-6') {
      service = { ...service, family: 'inet6' };
      key = `${key} inet6`;
    } else if (word === '-o' || word === '--ops') fields.ops = 'yes';
    else if (word === '-p' || word === '--persistent') {
      const bare = next === undefined || next.startsWith('-');
      fields.persistent = bare ? '300' : next;
      i += bare ? 0 : 1;
    } else if (tunnelChecksums[word] !== undefined) tunnel.checksum = tunnelChecksums[word] ?? '';
    else if (tunnelKeys[word] !== undefined && next !== undefined) {
      tunnel[tunnelKeys[word] ?? ''] = next;
      i += 1;
    } else if (alone[word] !== undefined) fields.forward = alone[word] ?? '';
    else if (named[word] !== undefined && next !== undefined) {
      fields[named[word] ?? ''] = next;
      i += 1;
    } else {
      const takes = next !== undefined && !next.startsWith('-');
      note(at, `${takes ? `${word} ${next}` : word}: left out, as nothing corresponds to it`);
      i += takes ? 1 : 0;
    }
  }
  // Newer ipvsadm says the type of each tunnel; IP in IP needs no word here.
  const isPlain = tunnel.type === undefined || tunnel.type === 'ipip';
  const all: Fields = isPlain ? fields : { ...fields, tunnel };
  return { fields: all, service, key };
}
