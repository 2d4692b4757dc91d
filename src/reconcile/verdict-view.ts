// What health tells the reconciler of each real server, and nothing more.

/** 'unverified': no check has ended yet since this server entered the configuration. */
export type Verdict = 'unverified' | 'up' | 'down';

/** @param service as formatServiceId; @param real as formatEndpoint of the address and port in the config. */
export type VerdictOf = (service: string, real: string) => Verdict;
