// What of the servers of a service cannot work, or not as its author may think: warnings with the reason.
import type { Position } from '../../model/config/problem.ts';
import type { NamedRealConfig, RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { type DestinationName, formatServiceId, nameInTable } from '../../model/ipvs.ts';
import { type Warn, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';

/** All servers of a service. */
export function judgeServers(
  virtual: VirtualConfig,
  draft: { readonly real?: readonly unknown[] | undefined; readonly real_file?: string | undefined },
  warn: Warn,
  { problems }: Pick<Resolution, 'problems'>,
): void {
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
  const servers = new Map<DestinationName, Position>();
  for (const real of [...reals, ...namedReals]) judgeServer(virtual, real, problems);
  for (const real of reals) {
    const server = nameInTable(virtual.id, real);
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
  reals: ReadonlySet<DestinationName>,
  warn: Warn,
  problems: Resolution['problems'],
): void {
  const { fallbacks } = virtual;
  const tiers = new Set<DestinationName>();
  for (const tier of fallbacks) {
    judgeLoopback(tier, tier.at, problems);
    const server = nameInTable(virtual.id, tier);
    if (reals.has(server))
      warn('fallback', 'fall back', 'a server that is not a real server of the service', server);
    if (tiers.has(server)) {
      problems.push(warningAt(tier.at, 'use fallback', 'each server once in a service', `${server} again`));
    }
    tiers.add(server);
  }
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
