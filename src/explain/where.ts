// Where the kernel sends a packet of a client now, and why: the steps that IPVS goes through, one after the other:
// a connection that exists, the service, a persistence template, the scheduler.
// Source: ip_vs_core.c (ip_vs_in, ip_vs_schedule, ip_vs_sched_persist), ip_vs_ctl.c (ip_vs_service_find).

import type { Connection } from '../model/connection.ts';
import { formatServiceId } from '../model/ipvs.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import type { Mark } from '../net/mark.ts';
import { formatPrefix } from '../net/prefix.ts';
import type { ObservedDestination, ObservedService } from '../ports/kernel.ts';
import { type Choice, chooseServer, type SchedulerFacts } from './choose.ts';
import { type Flow, flowFamily } from './flow.ts';
import { networkOf, templateOf } from './persistence.ts';

/** What the kernel holds at this moment. */
export type KernelFacts = SchedulerFacts & {
  /** Destinations in the kernel's order. */
  readonly table: readonly ObservedService[];
  readonly connections: readonly Connection[];
  /** What our own table of marks sets (docs/config.md, marks). */
  readonly marks?: readonly Mark[];
  /** sysctl net.ipv4.vs.*: expire_quiescent_template, expire_nodest_conn, conn_reuse_mode. */
  readonly expireQuiescentTemplate: boolean;
  readonly expireNodestConn: boolean;
  readonly connReuseMode: number;
};

export type Where = {
  /** Of the service that takes the packet; absent where none does. */
  readonly service?: string;
  readonly scheduler?: string;
  /** What was looked at on the way, in the kernel's order. */
  readonly steps: readonly string[];
  readonly choice: Choice;
};

/** @param asked without a mark: the one that our own table gives it, if any. */
export function whereTo(asked: Flow, facts: KernelFacts): Where {
  const mark = markOf(asked, facts.marks);
  if (mark === undefined) return schedule(asked, facts);
  const where = schedule({ ...asked, mark }, facts);
  return { ...where, steps: [`marked ${mark} by our own table of marks`, ...where.steps] };
}

function markOf({ virtual, protocol, mark }: Flow, marks: readonly Mark[] = []): number | undefined {
  if (virtual === undefined || mark !== undefined) return undefined;
  const { address, port } = virtual;
  return marks.find((each) => each.protocol === protocol && each.address === address && each.port === port)
    ?.mark;
}

function schedule(flow: Flow, facts: KernelFacts): Where {
  const held = serviceFor(flow, facts.table);
  const existing = connectionOf(flow, facts, held);
  if (existing?.choice !== undefined)
    return { ...about(held), steps: [existing.step], choice: existing.choice };
  const steps = existing === undefined ? ['no connection of this client port yet'] : [existing.step];
  if (held === undefined) return { steps, choice: { kind: 'nobody', why: whyNoService(flow, facts.table) } };
  const refusal = refusalOf(held, flow);
  if (refusal !== undefined) return { ...about(held), steps, choice: { kind: 'nobody', why: refusal } };
  const kept = keptByTemplate(held, flow, facts);
  const choice = kept?.choice ?? chooseServer(held, flow, facts);
  return { ...about(held), steps: kept === undefined ? steps : [...steps, kept.step], choice };
}

const about = (held: ObservedService | undefined) =>
  held === undefined ? {} : { service: formatServiceId(held.service.id), scheduler: held.service.scheduler };

/** The mark goes first, then address and port, then FTP's data connections, then a service for every port. */
export function serviceFor(flow: Flow, table: readonly ObservedService[]): ObservedService | undefined {
  const { mark, virtual, protocol } = flow;
  const marked = table.find(
    ({ service: { id } }) => id.kind === 'fwmark' && id.fwmark === mark && id.family === flowFamily(flow),
  );
  if (marked !== undefined || virtual === undefined) return marked;
  const onPort = (port: number) =>
    table.find(
      ({ service: { id } }) =>
        id.kind === 'address' &&
        id.protocol === protocol &&
        id.address === virtual.address &&
        id.port === port,
    );
  const mayBeFtpData = protocol === 'tcp' && (virtual.port === 20 || virtual.port >= 1024);
  return onPort(virtual.port) ?? (mayBeFtpData ? onPort(21) : undefined) ?? onPort(0);
}

function whyNoService({ virtual, mark }: Flow, table: readonly ObservedService[]): string {
  const asked = [
    ...(mark === undefined ? [] : [`firewall mark ${mark}`]),
    ...(virtual ? ['this address and port'] : []),
  ];
  const marks = table.flatMap(({ service: { id } }) => (id.kind === 'fwmark' ? [id.fwmark] : []));
  const hint =
    mark === undefined && marks.length > 0
      ? `; if the firewall marks it, say so: fwmark ${[...new Set(marks)].join(' or ')}`
      : '';
  return `no service for ${asked.join(' or ')}: IPVS does not touch the packet${hint}`;
}

/** Without persistence a service takes its own port only (ip_vs_schedule). */
function refusalOf({ service }: ObservedService, { virtual }: Flow): string | undefined {
  if (service.id.kind === 'fwmark' || service.persistenceSec !== undefined) return undefined;
  if (virtual === undefined || virtual.port === service.id.port) return undefined;
  return `${formatServiceId(service.id)} is not persistent, and without that takes its own port only`;
}

type Step = { readonly step: string; readonly choice?: Choice };

function connectionOf(flow: Flow, facts: KernelFacts, held: ObservedService | undefined): Step | undefined {
  const { client, clientPort, virtual, protocol } = flow;
  if (clientPort === undefined || virtual === undefined) return undefined;
  const found = facts.connections.find(
    (connection) =>
      connection.protocol === protocol.toUpperCase() &&
      connection.client.address === client &&
      connection.client.port === clientPort &&
      connection.virtual.address === virtual.address &&
      connection.virtual.port === virtual.port,
  );
  if (found === undefined) return undefined;
  const to = formatEndpoint(found.destination);
  const step = `a connection to ${to}, ${found.state}, for ${found.expiresSec} s yet`;
  const { address, port } = found.destination;
  // A server of port 0 is called on the port that the client called.
  const server = held?.destinations.find(
    (destination) => destination.address === address && (destination.port || virtual.port) === port,
  );
  if (server === undefined) return { step, ...(facts.expireNodestConn ? {} : { choice: dropped(to) }) };
  const isRenewed = mayBeRenewed(found, server, facts);
  if (isRenewed !== undefined) return { step: `${step}; ${isRenewed}` };
  return { step, choice: { kind: 'server', server, why: 'the connection exists' } };
}

const dropped = (server: string): Choice => ({
  kind: 'nobody',
  why: `${server} is no longer in the service: the packets of its connections are dropped (expire_nodest_conn=0)`,
});

/** A client that calls anew from the port of a connection that is over (conn_reuse_mode). */
function mayBeRenewed(
  { state }: Connection,
  server: ObservedDestination,
  { connReuseMode, expireNodestConn }: KernelFacts,
): string | undefined {
  const isOver = state === 'TIME_WAIT' || (state === 'FIN_WAIT' && (connReuseMode & 2) !== 0);
  if (isOver && connReuseMode !== 0) return 'a new call from this port is scheduled anew';
  if (expireNodestConn && server.weight === 0)
    return 'its server has weight 0: a new call from this port is scheduled anew';
  return undefined;
}

function keptByTemplate(held: ObservedService, flow: Flow, facts: KernelFacts): Step | undefined {
  const { service, destinations } = held;
  if (service.persistenceSec === undefined) return undefined;
  if (service.persistenceEngine !== undefined) {
    const why = `persistence engine ${service.persistenceEngine}: goes by what the packet says, not by its addresses`;
    const servers = destinations.filter(({ weight }) => weight > 0);
    return { step: why, choice: { kind: 'one of', servers, why } };
  }
  const length = service.persistencePrefix;
  const network = formatPrefix({ address: networkOf(flow.client, length), length });
  const template = templateOf(held, flow, facts.connections);
  if (template === undefined) return { step: `no persistence template for ${network} yet` };
  const { connection, server } = template;
  const to = formatEndpoint(connection.destination);
  const step = `a persistence template of ${network} to ${to}, for ${connection.expiresSec} s yet`;
  if (server === undefined) return { step: `${step}; it is void, as that is not in the service any more` };
  if (facts.expireQuiescentTemplate && server.weight === 0) {
    return { step: `${step}; it is void, as that has weight 0 (expire_quiescent_template=1)` };
  }
  return { step, choice: { kind: 'server', server, why: 'the persistence template' } };
}
