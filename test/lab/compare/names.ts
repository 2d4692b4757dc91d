// By what names the two sides of a comparison are laid beside each other: services and servers as the kernel knows them.
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { ipBytes, ipFromBytes, parseIp } from '../../../src/net/ip.ts';
import { setOf } from './facts.ts';

/** Of a virtual_server, as its block begins in the file. */
export const blockName = (words: readonly string[]): string =>
  `virtual_server ${words
    .map((word) => parseIp(word.replace(/[-/].*$/, '')) ?? word)
    .slice(0, 2)
    .join(' ')}`;

type Service =
  | { readonly mark: string | number; readonly family: string }
  | { readonly address: string; readonly port: string | number; readonly protocol: string };

export const serviceName = (service: Service): string =>
  'mark' in service
    ? `virtual_server ${service.family === 'inet6' ? 'fwmark6' : 'fwmark'} ${service.mark}`
    : `virtual_server ${service.protocol} ${parseIp(service.address) ?? service.address}:${service.port}`;

type Server = { readonly address: string; readonly port: string | number; readonly forward: string };

/** As the kernel has it: without a rewrite of addresses the port is the service's; behind a mark it says nothing. */
export function tableName(service: string, { address, port, forward }: Server): string {
  if (service.startsWith('virtual_server fwmark')) return address;
  const own = forward.startsWith('masq') && Number(port) !== 0 ? port : service.replace(/^.*:/, '');
  return `${address}:${own}`;
}

/** "192.0.2.1-192.0.2.4" and the like, each. */
export function addressesOf(range: string): readonly string[] {
  const [from = '', to = ''] = range.split('-');
  const first = parseIp(from);
  if (first === undefined || to === '') return [from];
  const last = parseIp(to) ?? parseIp(from.replace(/[^.:]*$/, to)) ?? first;
  const all: string[] = [first];
  let now = first;
  while (now !== last && all.length < 1000) {
    const bytes = [...ipBytes(now)];
    for (let i = bytes.length - 1; i >= 0; i -= 1) {
      bytes[i] = ((bytes[i] ?? 0) + 1) % 256;
      if (bytes[i] !== 0) break;
    }
    now = ipFromBytes(Uint8Array.from(bytes));
    all.push(now);
  }
  return all;
}

/** A command as keepalived has it: the program behind links, and found in PATH where `env` finds it. */
export function programAndArguments(command: readonly string[]): string {
  const [program = '', ...words] = command[0] === '/usr/bin/env' ? command.slice(1) : command;
  return JSON.stringify([realProgram(program), ...words]);
}

export function realProgram(program: string): string {
  const places = program.startsWith('/')
    ? [program]
    : ['/usr/sbin', '/usr/bin', '/sbin', '/bin'].map((folder) => join(folder, program));
  return places.flatMap(realPathOf)[0] ?? program;
}

const realPathOf = (path: string): readonly string[] => (existsSync(path) ? [behindLinks(path)] : []);

/** As keepalived names a file: links of folders alone are followed, what it is called says which it is. */
export function behindLinks(path: string): string {
  const folder = join(path, '..');
  return existsSync(folder) ? join(realpathSync(folder), path.replace(/^.*\//, '')) : path;
}

/** The second of a name is "NAME (2)". */
export function numbered(name: string, counts: Map<string, number>): string {
  const count = (counts.get(name) ?? 0) + 1;
  counts.set(name, count);
  return count === 1 ? name : `${name} (${count})`;
}

/** One bit has a name for each scheduler (linux/ip_vs.h, IP_VS_SVC_F_SCHED1 to 3). */
export const flagBits = (flags: readonly string[]): string =>
  setOf([
    ...new Set(flags.map((flag) => flag.replace(/^.*-fallback$/, 'flag-1').replace(/^.*-port$/, 'flag-2'))),
  ]);
