// The options of one line of ipvsadm: -t VALUE, -tVALUE, --tcp-service VALUE, --tcp-service=VALUE, and short ones bundled,
// as popt reads them. Source: ipvsadm(8).
import type { Position } from '../../model/config/problem.ts';
import type { Fields, Noting } from './converted.ts';

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
type Command = 'service' | 'server' | 'set' | 'clear';
const commands: Readonly<Record<string, Command>> = {
  ...{ '-A': 'service', '--add-service': 'service', '-E': 'service', '--edit-service': 'service' },
  ...{ '-a': 'server', '--add-server': 'server', '-e': 'server', '--edit-server': 'server' },
  ...{ '--set': 'set', '-C': 'clear', '--clear': 'clear' },
};
/** Short options with a value. */
const valued = /[tufsrwMbxy]/;

export type Options = {
  readonly command: Command | undefined;
  /** Of the service. */
  readonly key: string | undefined;
  readonly service: Fields;
  readonly fields: Fields;
};

export function readOptions(given: readonly string[], at: Position, note: Noting): Options {
  const words = given.flatMap(expanded);
  const fields: Record<string, string> = {};
  const tunnel: Record<string, string> = {};
  const inet6 = words.includes('-6') || words.includes('--ipv6');
  let service: Fields = {};
  let key: string | undefined;
  let command: Command | undefined;
  for (let i = 0; i < words.length; i += 1) {
    const [word = '', next] = [words[i], words[i + 1]];
    const kind = services[word];
    if (commands[word] !== undefined) {
      command = commands[word];
      if (command === 'set') break;
    } else if (kind !== undefined && next !== undefined) {
      const family = inet6 ? 'inet6' : undefined;
      service = kind === 'fwmark' ? { fwmark: next, family } : { address: next, protocol: kind };
      key = `${kind} ${next} ${family}`;
      i += 1;
    } else if (word === '-o' || word === '--ops') fields.ops = 'yes';
    else if (word === '-p' || word === '--persistent') {
      const isBare = next === undefined || next.startsWith('-');
      fields.persistent = isBare ? '300' : next;
      i += isBare ? 0 : 1;
    } else if (tunnelChecksums[word] !== undefined) tunnel.checksum = tunnelChecksums[word] ?? '';
    else if (tunnelKeys[word] !== undefined && next !== undefined) {
      tunnel[tunnelKeys[word] ?? ''] = next;
      i += 1;
    } else if (alone[word] !== undefined) fields.forward = alone[word] ?? '';
    else if (named[word] !== undefined && next !== undefined) {
      fields[named[word] ?? ''] = next;
      i += 1;
    } else if (!/^(-6|--ipv6|-n|--numeric|--exact)$/.test(word)) {
      const takes = next !== undefined && !next.startsWith('-');
      note(at, { word }, `${takes ? `${word} ${next}` : word}: left out, as nothing corresponds to it`);
      i += takes ? 1 : 0;
    }
  }
  // Newer ipvsadm says the type of each tunnel; IP in IP needs no word here.
  const isPlain = tunnel.type === undefined || tunnel.type === 'ipip';
  return { command, key, service, fields: isPlain ? fields : { ...fields, tunnel } };
}

/** "-Atx" to "-A", "-t", "x"; "--weight=3" to "--weight", "3". */
function expanded(word: string): readonly string[] {
  const long = /^(--[a-z-]+)=(.*)$/s.exec(word);
  if (long !== null) return [long[1] ?? '', long[2] ?? ''];
  if (!/^-[a-zA-Z6]./.test(word)) return [word];
  const [, letter = '', rest = ''] = /^-(.)(.+)$/s.exec(word) ?? [];
  const takesRest = valued.test(letter) || (letter === 'p' && /^\d+$/.test(rest));
  return takesRest ? [`-${letter}`, rest] : [`-${letter}`, ...expanded(`-${rest}`)];
}
