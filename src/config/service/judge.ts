// What parses but cannot work, or not as its author may think: warnings with the reason, never errors. Two services
// with one identity are the exception: no table can hold both.

import { checkOf } from '../../model/checks/services.ts';
import type { Position } from '../../model/config/problem.ts';
import type { NamedRealConfig, RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import { formatEndpoint } from '../../net/endpoint.ts';
import { judgeServiceCheck } from '../checks/judge.ts';
import { judgeTextCheck } from '../checks/judge-text.ts';
import { errorAt, type Warn, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { judgeFlapping } from './coming-and-going.ts';
import type { VirtualDraft } from './keys.ts';
import { judgeQuorum } from './quorum.ts';

type Case = { readonly virtual: VirtualConfig; readonly draft: VirtualDraft; readonly warn: Warn };

export function judgeVirtual(
  virtual: VirtualConfig,
  draft: VirtualDraft,
  index: number,
  resolution: Resolution,
) {
  const { problems, sites } = resolution;
  const warn: Warn = (key, act, rule, got) =>
    void problems.push(warningAt(sites('virtual', index, key), act, rule, got));
  const each: Case = { virtual, draft, warn };
  judgeScheduling(each);
  judgeCheck(each);
  judgeServiceCheck(virtual, draft, warn);
  judgeTextCheck(virtual, draft, warn);
  judgeQuorum(virtual, draft, warn);
  judgeFlapping(virtual, draft, warn);
  judgeIneffective(each);
  judgeServers(each, resolution);
}

function judgeScheduling({ virtual, draft, warn }: Case): void {
  const { id, scheduler, persistentSec } = virtual;
  if (persistentSec !== undefined && scheduler === 'sh') {
    warn(
      'persistent',
      'gain from persistent',
      'another scheduler than sh, which keeps clients by itself',
      `${persistentSec} s`,
    );
  }
  if (persistentSec === undefined && draft.netmask !== undefined) {
    warn('netmask', 'use netmask', 'persistent beside it', `/${draft.netmask.length}`);
  }
  if (persistentSec === undefined && draft.persistence_engine !== undefined) {
    warn('persistence_engine', 'use persistence_engine', 'persistent beside it', draft.persistence_engine);
  }
  // ip_vs_pe_sip.c, ip_vs_sip_fill_param: EINVAL for any other packet, which is then dropped.
  if (draft.persistence_engine === 'sip' && id.kind === 'address' && id.protocol !== 'udp') {
    warn('persistence_engine', 'serve anyone by Call-ID', 'a service of protocol udp', formatServiceId(id));
  }
  if (draft.ops === true && !virtual.ops) {
    warn('ops', 'schedule single packets', 'a service of protocol udp', formatServiceId(id));
  }
  // ip_vs_ctl.c, do_ip_vs_set_ctl: port 0 means every port, which only a persistent service can keep apart.
  if (id.kind === 'address' && id.port === 0 && persistentSec === undefined) {
    warn('address', 'serve every port', 'persistent beside port 0', formatServiceId(id));
  }
}

function judgeCheck({ virtual, draft, warn }: Case): void {
  const { checktype, service, httpmethod, receive } = virtual;
  const speaks = checktype.kind === 'negotiate' || checktype.kind === 'combined';
  if (speaks && checkOf(service) === 'connect') {
    const rule =
      'checktype external with a program that speaks it, as it is only connected to (over udp pinged)';
    warn(draft.service === undefined ? 'address' : 'service', 'negotiate', rule, service);
  }
  const http = speaks && (service === 'http' || service === 'https');
  const servers = [...virtual.reals, ...(virtual.namedReals ?? [])];
  const expects = receive !== '' || servers.some((real) => (real.receive ?? '') !== '');
  if (http && httpmethod === 'HEAD' && expects) {
    warn('httpmethod', 'match receive', 'GET, as an answer to HEAD has no body', 'HEAD');
  }
  if (draft.ca !== undefined && !virtual.verify) warn('ca', 'use ca', 'verify: yes beside it', draft.ca);
  if (draft.checkcount !== undefined && checktype.kind !== 'ping') {
    warn(
      'checkcount',
      'use checkcount',
      'checktype ping (failures of every check are failurecount)',
      `${draft.checkcount}`,
    );
  }
  if (checktype.kind === 'external-perl') {
    warn(
      'checktype',
      'keep the script loaded',
      'external, as perl is started for each check',
      'external-perl',
    );
  }
  const external = checktype.kind === 'external' || checktype.kind === 'external-perl';
  if (external && draft.checkcommand === undefined) {
    warn('checktype', 'learn anything from the check', 'checkcommand beside it', `${checktype.kind} alone`);
  }
}

/** What ldirectord has and this daemon does otherwise. */
const ineffective: readonly (readonly [key: keyof VirtualDraft, why: string])[] = [
  ['emailalert', 'no mail is sent'],
  ['emailalertfreq', 'no mail is sent'],
  ['emailalertstatus', 'no mail is sent'],
  ['smtp', 'no mail is sent'],
  ['monitorfile', 'the log has every verdict'],
  ['load', 'ldirectord has no use for it either'],
];

function judgeIneffective({ draft, warn }: Case): void {
  for (const [key, why] of ineffective) {
    if (draft[key] !== undefined) warn(key, `honour ${key}`, `nothing, as ${why}`, String(draft[key]));
  }
}

function judgeServers({ virtual, draft, warn }: Case, { problems }: Resolution): void {
  const { id, reals, namedReals = [] } = virtual;
  const tiers = virtual.fallbacks.length + (virtual.namedFallbacks?.length ?? 0);
  if ((draft.real ?? []).length === 0 && draft.real_file === undefined && tiers === 0) {
    warn('real', 'serve anyone', 'at least one real server or a fallback', formatServiceId(id));
  }
  const methods = [...new Set([...reals, ...namedReals].map((real) => real.forward))];
  if (methods.includes('masq') && methods.length > 1) {
    warn(
      'real',
      'send every reply the same way',
      'one method for the servers of a service',
      methods.join(' and '),
    );
  }
  const servers = new Map<string, Position>();
  for (const real of [...reals, ...namedReals]) judgeServer(virtual, real, problems);
  for (const real of reals) {
    const server = formatEndpoint({ address: real.address, port: tablePort(virtual, real) });
    if (servers.has(server)) {
      problems.push(
        warningAt(real.at, 'use real server', 'each server once in a service', `${server} again`),
      );
    }
    servers.set(server, real.at);
  }
  judgeFallbacks(virtual, new Set(servers.keys()), warn, problems);
}

/** What of one server cannot work, wherever it is listed. */
export function judgeServer(
  virtual: VirtualConfig,
  server: RealConfig | NamedRealConfig,
  problems: Resolution['problems'],
): void {
  judgePort(virtual, server, problems);
  if ('address' in server) judgeLoopback(server, server.at, problems);
}

function judgeFallbacks(
  virtual: VirtualConfig,
  reals: ReadonlySet<string>,
  warn: Warn,
  problems: Resolution['problems'],
): void {
  const { fallbacks } = virtual;
  const tiers = new Set<string>();
  for (const tier of fallbacks) {
    judgeLoopback(tier, tier.at, problems);
    const server = formatEndpoint({ address: tier.address, port: tablePort(virtual, tier) });
    if (reals.has(server))
      warn('fallback', 'fall back', 'a server that is not a real server of the service', server);
    if (tiers.has(server)) {
      problems.push(warningAt(tier.at, 'use fallback', 'each server once in a service', `${server} again`));
    }
    tiers.add(server);
  }
}

/** The port that the kernel's table holds (reconcile/canonical.ts). */
function tablePort({ id }: VirtualConfig, { port, forward }: Pick<RealConfig, 'port' | 'forward'>): number {
  if (id.kind === 'fwmark') return port;
  return forward === 'masq' && port !== 0 ? port : id.port;
}

/** ip_vs_xmit.c drops packets from outside that would be translated to a loopback address. */
function judgeLoopback(
  { address, forward }: Pick<RealConfig, 'address' | 'forward'>,
  at: Position,
  problems: Resolution['problems'],
): void {
  if (forward !== 'masq' || !/^(127\.|::1$)/.test(address)) return;
  problems.push(warningAt(at, 'translate to this host', 'gate for a loopback address', `masq ${address}`));
}

function judgePort(
  virtual: VirtualConfig,
  real: Pick<RealConfig, 'port' | 'forward' | 'at'>,
  problems: Resolution['problems'],
): void {
  const { id } = virtual;
  if (id.kind !== 'address' || real.forward === 'masq' || real.port === 0 || real.port === id.port) return;
  const rule = `port ${id.port}, as a ${real.forward} server gets packets as they came (the check goes to ${real.port})`;
  problems.push(warningAt(real.at, 'forward to another port', rule, `${real.port}`));
}

/** Two services with one identity: the kernel has room for one (ip_vs_ctl.c, EEXIST). */
export function judgeDuplicates(virtuals: readonly VirtualConfig[], { problems }: Resolution): void {
  const seen = new Map<string, Position>();
  for (const { id, at } of virtuals) {
    const name = formatServiceId(id);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, at);
    else
      problems.push(
        errorAt(at, 'add virtual service', `each service once (first in line ${first.line})`, name),
      );
  }
}
