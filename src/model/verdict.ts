// What health tells the reconciler of the real servers, and nothing more.
import type { CheckType } from './config/check.ts';
import type { RealName, ServiceName } from './ipvs.ts';

/** 'unverified': no check has ended yet since this server entered the configuration. */
export type Verdict =
  | 'unverified'
  | 'up'
  /** Its checks succeed, but it has been flapping: it serves only where no other server does. */
  | 'held'
  | 'down';

export type VerdictOf = (service: ServiceName, real: RealName) => Verdict;

/** The weight of a server that is up, instead of the configured one; 'out' takes it out whatever its verdict. */
export type Weigh = (service: ServiceName, real: RealName, configured: number) => number | 'out';

/** 'open': not known yet. A service without a quorum in its configuration has it whenever a server serves. */
export type QuorumView = 'held' | 'lost' | 'open';
export type QuorumOf = (service: ServiceName) => QuorumView;

/** Of one service. */
export type HealthOf = {
  readonly verdictOf: (real: RealName) => Verdict;
  readonly weigh: (real: RealName, configured: number) => number | 'out';
  readonly quorum: QuorumView;
};

/** checktype on needs no first verdict and off never has one; an operator's maintenance takes either down. */
export function withoutCheck(kind: CheckType['kind'], verdict: Verdict): Verdict {
  if (kind === 'on' && verdict === 'unverified') return 'up';
  if (kind === 'off' && verdict === 'up') return 'unverified';
  return verdict;
}
