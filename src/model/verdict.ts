// What health tells the reconciler of the real servers, and nothing more.
import type { CheckType } from './config/check.ts';

/** 'unverified': no check has ended yet since this server entered the configuration. */
export type Verdict =
  | 'unverified'
  | 'up'
  /** Its checks succeed, but it has been flapping: it serves only where no other server does. */
  | 'held'
  | 'down';

/**
 * @param service as formatServiceId.
 * @param real as formatEndpoint of the address and port in the config, the service's own port where that is 0.
 */
export type VerdictOf = (service: string, real: string) => Verdict;

/**
 * The weight of a server that is up, instead of the configured one; 'out' takes it out whatever its verdict.
 * Named as in {@link VerdictOf}.
 */
export type Weigh = (service: string, real: string, configured: number) => number | 'out';

/** 'open': not known yet. A service without a quorum in its configuration has it whenever a server serves. */
export type QuorumView = 'held' | 'lost' | 'open';
export type QuorumOf = (service: string) => QuorumView;

/** Of one service. */
export type HealthOf = {
  readonly verdictOf: (real: string) => Verdict;
  readonly weigh: (real: string, configured: number) => number | 'out';
  readonly quorum: QuorumView;
};

/** checktype on needs no first verdict and off never has one; an operator's maintenance takes either down. */
export function withoutCheck(kind: CheckType['kind'], verdict: Verdict): Verdict {
  if (kind === 'on' && verdict === 'unverified') return 'up';
  if (kind === 'off' && verdict === 'up') return 'unverified';
  return verdict;
}
