// What health tells the reconciler of each real server, and nothing more.

/** 'unverified': no check has ended yet since this server entered the configuration. */
export type Verdict = 'unverified' | 'up' | 'down';

/**
 * @param service as formatServiceId.
 * @param real as formatEndpoint of the address and port in the config, the service's own port where that is 0.
 */
export type VerdictOf = (service: string, real: string) => Verdict;
