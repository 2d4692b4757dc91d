// A probe whose module is loaded when the first check of its kind runs: the libraries of some protocols are heavy, and
// few daemons speak all.
import type { ProbeResult } from '../model/probe-result.ts';
import { unmade } from './talk/judge-error.ts';

export type ProbeOf<Target> = (target: Target, signal: AbortSignal) => Promise<ProbeResult>;

const notLoaded = unmade('the check was not loaded in time');

/** The server must not pay for the time of loading: unmade where the deadline comes first. */
export function onDemand<Target>(load: () => Promise<ProbeOf<Target>>): ProbeOf<Target> {
  let probe: ProbeOf<Target> | undefined;
  let loading: Promise<ProbeOf<Target>> | undefined;
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
