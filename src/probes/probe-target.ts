// One probe for every kind of check. What only some checks need is loaded when the first of them runs.
import type { CheckTarget } from '../health/target.ts';
import type { Probe, ProbeResult } from '../ports/probe.ts';
import type { RunScript } from '../ports/tracked.ts';
import { probeConnect } from './connect.ts';
import { success, unmade } from './judge-error.ts';
import type { OpenPingPort } from './ping.ts';

export type ProbeOptions = {
  /** Asked whenever pings begin; the port is closed again when none is under way. */
  readonly openPingPort: OpenPingPort;
  /** Runs external checks; without it they cannot be made. */
  readonly runScript?: RunScript;
};

export function createProbe({ openPingPort, runScript = noScripts }: ProbeOptions): Probe {
  const ping = once(async () => (await import('./ping.ts')).createPingProbe(openPingPort));
  const http = once(async () => (await import('./http.ts')).probeHttp);
  const dns = once(async () => (await import('./dns.ts')).probeDns);
  const ldap = once(async () => (await import('./ldap.ts')).probeLdap);
  const mysql = once(async () => (await import('./mysql.ts')).probeMysql);
  const pgsql = once(async () => (await import('./pgsql.ts')).probePgsql);
  const radius = once(async () => (await import('./radius.ts')).probeRadius);
  const grpc = once(async () => (await import('./grpc.ts')).probeGrpc);
  const httpProxy = once(async () => (await import('./http-proxy.ts')).probeHttpProxy);
  const text = once(() => import('./text-probes.ts'));
  const external = once(async () => (await import('./external.ts')).createExternalProbe(runScript));

  const probe = async (target: CheckTarget, signal: AbortSignal): Promise<ProbeResult> => {
    switch (target.kind) {
      case 'connect':
        return probeConnect(target, signal);
      case 'http':
        return (await loaded(http(), signal))?.(target, signal) ?? notLoaded;
      case 'dns':
        return (await loaded(dns(), signal))?.(target, signal) ?? notLoaded;
      case 'ldap':
        return (await loaded(ldap(), signal))?.(target, signal) ?? notLoaded;
      case 'sql': {
        const engine = target.engine === 'mysql' ? mysql : pgsql;
        return (await loaded(engine(), signal))?.(target, signal) ?? notLoaded;
      }
      case 'radius':
        return (await loaded(radius(), signal))?.(target, signal) ?? notLoaded;
      case 'grpc':
        return (await loaded(grpc(), signal))?.(target, signal) ?? notLoaded;
      case 'ping':
        return (await loaded(ping(), signal))?.(target, signal) ?? notLoaded;
      case 'external':
        return (await loaded(external(), signal))?.(target, signal) ?? notLoaded;
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
        return (await loaded(text(), signal))?.probeText(target, signal) ?? notLoaded;
      case 'http-proxy':
        return (await loaded(httpProxy(), signal))?.(target, signal) ?? notLoaded;
      case 'with-agent':
        return (await loaded(text(), signal))?.probeWithAgent(target, signal, probe) ?? notLoaded;
      case 'on':
        return success('taken as up, without a check');
      case 'off':
        return unmade('checks are off');
    }
  };
  return probe;
}

const noScripts: RunScript = () => ({
  result: Promise.resolve(unmade('programs are not run here')),
  ended: Promise.resolve(),
  kill: () => {},
});

const notLoaded = unmade('the check was not loaded in time');

/** The server must not pay for the time in which a probe is loaded: undefined where the deadline comes first. */
function loaded<T>(loading: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const expire = () => resolve(undefined);
    signal.addEventListener('abort', expire);
    loading
      .then((probe) => resolve(signal.aborted ? undefined : probe), reject)
      .finally(() => signal.removeEventListener('abort', expire));
  });
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}
