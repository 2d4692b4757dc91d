// One probe for every kind of check. What only some checks need is loaded when the first of them runs.
import type { CheckTarget, WithAgentTarget } from '../model/check.ts';
import type { Probe, ProbeResult } from '../model/probe-result.ts';
import type { RunScript } from '../ports/tracked.ts';
import { probeConnect } from './connect.ts';
import type { OpenPingPort } from './ping.ts';
import { present } from './present.ts';
import { success, unmade } from './talk/judge-error.ts';

export type ProbeOptions = {
  /** Asked whenever pings begin; the port is closed again when none is under way. */
  readonly openPingPort: OpenPingPort;
  /** Runs external checks; without it they cannot be made. */
  readonly runScript?: RunScript;
};

export function createProbe({ openPingPort, runScript = noScripts }: ProbeOptions): Probe {
  const text = () => import('./text-probes.ts');
  const probes = {
    ping: onDemand(async () => (await import('./ping.ts')).createPingProbe(openPingPort)),
    http: onDemand(async () => (await import('./http/http.ts')).probeHttp),
    dns: onDemand(async () => (await import('./dns.ts')).probeDns),
    ldap: onDemand(async () => (await import('./ldap.ts')).probeLdap),
    mysql: onDemand(async () => (await import('./mysql.ts')).probeMysql),
    pgsql: onDemand(async () => (await import('./pgsql.ts')).probePgsql),
    radius: onDemand(async () => (await import('./radius.ts')).probeRadius),
    grpc: onDemand(async () => (await import('./grpc.ts')).probeGrpc),
    httpProxy: onDemand(async () => (await import('./http-proxy.ts')).probeHttpProxy),
    text: onDemand(async () => (await text()).probeText),
    withAgent: onDemand(async () => {
      const { probeWithAgent } = await text();
      return (target: WithAgentTarget, signal) => probeWithAgent(target, signal, probe);
    }),
    external: onDemand(async () => (await import('./external.ts')).createExternalProbe(runScript)),
  };

  const ask = async (target: CheckTarget, signal: AbortSignal): Promise<ProbeResult> => {
    switch (target.kind) {
      case 'connect':
        return probeConnect(target, signal);
      case 'http':
        return probes.http(target, signal);
      case 'dns':
        return probes.dns(target, signal);
      case 'ldap':
        return probes.ldap(target, signal);
      case 'sql':
        return target.engine === 'mysql' ? probes.mysql(target, signal) : probes.pgsql(target, signal);
      case 'radius':
        return probes.radius(target, signal);
      case 'grpc':
        return probes.grpc(target, signal);
      case 'ping':
        return probes.ping(target, signal);
      case 'external':
        return probes.external(target, signal);
      case 'smtp':
      case 'pop':
      case 'imap':
      case 'nntp':
      case 'ftp':
      case 'simpletcp':
      case 'sip':
      case 'udp':
      case 'file':
      case 'agent':
        return probes.text(target, signal);
      case 'http-proxy':
        return probes.httpProxy(target, signal);
      case 'with-agent':
        return probes.withAgent(target, signal);
      case 'on':
        return success('taken as up, without a check');
      case 'off':
        return unmade('checks are off');
    }
  };
  const probe: Probe = async (target, signal) => {
    // What a probe throws may quote its target as well as its server.
    const broke = (error: unknown): ProbeResult => unmade(`probe broke: ${String(error)}`);
    return present(target, await ask(target, signal).catch(broke));
  };
  return probe;
}

const noScripts: RunScript = () => ({
  result: Promise.resolve(unmade('programs are not run here')),
  ended: Promise.resolve(),
  kill: () => {},
});

const notLoaded = unmade('the check was not loaded in time');

type ProbeOf<T> = (target: T, signal: AbortSignal) => Promise<ProbeResult>;

/** Loads at the first check. The server must not pay for that time: unmade where the deadline comes first. */
function onDemand<T>(load: () => Promise<ProbeOf<T>>): ProbeOf<T> {
  let probe: ProbeOf<T> | undefined;
  let loading: Promise<ProbeOf<T>> | undefined;
  return async (target, signal) => {
    loading ??= load();
    probe ??= await within(loading, signal);
    return probe === undefined || signal.aborted ? notLoaded : probe(target, signal);
  };
}

/** Undefined where the signal comes first. */
function within<T>(loading: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const expire = () => resolve(undefined);
    signal.addEventListener('abort', expire);
    loading.then(resolve, reject).finally(() => signal.removeEventListener('abort', expire));
  });
}
