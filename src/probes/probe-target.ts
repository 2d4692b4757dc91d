// One probe for every kind of check. What only some checks need is loaded when the first of them runs.
import type { CheckTarget } from '../health/target.ts';
import type { Probe, ProbeResult } from '../ports/probe.ts';
import { probeConnect } from './connect.ts';
import { success, unmade } from './judge-error.ts';

export function createProbe(): Probe {
  return async (target: CheckTarget, signal: AbortSignal): Promise<ProbeResult> => {
    switch (target.kind) {
      case 'connect':
        return probeConnect(target, signal);
      case 'http': {
        const { probeHttp } = await import('./http.ts');
        return probeHttp(target, signal);
      }
      case 'on':
        return success('not checked: taken as up');
      case 'off':
        return unmade('checks are off');
      case 'unsupported':
        return unmade(`no check for service ${target.service}: not supported`);
      case 'ping':
      case 'external':
        return unmade('no check');
    }
  };
}
