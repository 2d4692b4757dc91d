// One probe for every kind of check, out of the table of all: a line for each, loaded when the first of them runs.
import type {
  CheckKind,
  CheckTarget,
  LoneTarget,
  TargetOf,
  WithAgentTarget,
} from '../model/checks/checks.ts';
import type { Probe, ProbeResult } from '../model/probe-result.ts';
import type { RunScript } from '../ports/tracked.ts';
import type { ClientPathPorts, TargetByPath } from './client-path.ts';
import { probeConnect } from './connect.ts';
import { onDemand, type ProbeOf } from './on-demand.ts';
import type { OpenPingPort } from './ping.ts';
import { present } from './present.ts';
import { success, unmade } from './talk/judge-error.ts';

export type ProbeOptions = {
  /** Asked whenever pings begin; the port is closed again when none is under way. */
  readonly openPingPort: OpenPingPort;
  /** Without it no check goes the way of clients. */
  readonly clientPaths?: ClientPathPorts;
  /** Runs external checks; without it they cannot be made. */
  readonly runScript?: RunScript;
};

/** One for each kind: the compiler misses one that is not there. */
type Probes = { readonly [Kind in CheckKind]: ProbeOf<TargetOf<Kind>> };

const probesWith = ({ openPingPort, runScript = noScripts }: ProbeOptions): Probes => ({
  connect: probeConnect,
  ping: onDemand(async () => (await import('./ping.ts')).createPingProbe(openPingPort)),
  external: onDemand(async () => (await import('./external.ts')).createExternalProbe(runScript)),
  on: async () => success('taken as up, without a check'),
  off: async () => unmade('checks are off'),

  http: onDemand(async () => (await import('./http/http.ts')).probeHttp),
  'http-proxy': onDemand(async () => (await import('./http-proxy.ts')).probeHttpProxy),

  smtp: onDemand(async () => (await import('./smtp.ts')).probeSmtp),
  imap: onDemand(async () => (await import('./imap.ts')).probeImap),
  pop: onDemand(async () => (await import('./pop.ts')).probePop),
  nntp: onDemand(async () => (await import('./nntp.ts')).probeNntp),
  ftp: onDemand(async () => (await import('./ftp.ts')).probeFtp),
  simpletcp: onDemand(async () => (await import('./simpletcp.ts')).probeSimpleTcp),
  sip: onDemand(async () => (await import('./sip.ts')).probeSip),

  dns: onDemand(async () => (await import('./dns.ts')).probeDns),
  ldap: onDemand(async () => (await import('./ldap.ts')).probeLdap),
  sql: sqlProbe(),
  radius: onDemand(async () => (await import('./radius.ts')).probeRadius),
  grpc: onDemand(async () => (await import('./grpc.ts')).probeGrpc),

  udp: onDemand(async () => (await import('./udp.ts')).probeUdp),
  file: onDemand(async () => (await import('./file.ts')).probeFile),
  agent: onDemand(async () => (await import('./agent.ts')).probeAgent),
});

/** Each engine has a library of its own. */
function sqlProbe(): Probes['sql'] {
  const mysql: Probes['sql'] = onDemand(async () => (await import('./mysql.ts')).probeMysql);
  const pgsql: Probes['sql'] = onDemand(async () => (await import('./pgsql.ts')).probePgsql);
  return (target, signal) => (target.engine === 'mysql' ? mysql : pgsql)(target, signal);
}

export function createProbe(options: ProbeOptions): Probe {
  const probes = probesWith(options);
  const askKind = <Kind extends CheckKind>(kind: Kind, target: TargetOf<Kind>, signal: AbortSignal) =>
    probes[kind](target, signal);
  const askDirectly = (target: LoneTarget, signal: AbortSignal) => askKind(target.kind, target, signal);
  const { clientPaths } = options;
  const askByPath =
    clientPaths === undefined
      ? async () => unmade('no check goes the way of clients here')
      : onDemand(async () => {
          const { throughClientPath } = await import('./client-path.ts');
          return throughClientPath(askDirectly, clientPaths);
        });
  const askAlone = (target: LoneTarget, signal: AbortSignal) =>
    isByPath(target) ? askByPath(target, signal) : askDirectly(target, signal);
  const askWithAgent = onDemand(async () => {
    const { probeWithAgent } = await import('./with-agent.ts');
    return (target: WithAgentTarget, signal) => probeWithAgent(target, signal, askAlone);
  });
  const ask = (target: CheckTarget, signal: AbortSignal) =>
    target.kind === 'with-agent' ? askWithAgent(target, signal) : askAlone(target, signal);
  // What a probe throws may quote its target as well as its server.
  const broke = (error: unknown): ProbeResult => unmade(`probe broke: ${String(error)}`);
  return async (target, signal) => present(target, await ask(target, signal).catch(broke));
}

const isByPath = (target: LoneTarget): target is TargetByPath => target.clientPath !== undefined;

const noScripts: RunScript = () => ({
  result: Promise.resolve(unmade('programs are not run here')),
  ended: Promise.resolve(),
  terminate: () => {},
  kill: () => {},
});
