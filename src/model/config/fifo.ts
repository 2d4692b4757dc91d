// FIFOs that are written a line for each new state, as keepalived's are.

export type FifoConfig = {
  readonly path: string;
  /** Of what: virtual routers and their groups, services and their servers. */
  readonly tells: readonly FifoSubject[];
  /** Whose it is when it is made, USER or USER:GROUP. Absent: the daemon's. */
  readonly owner?: string;
  /** A program that reads it; gets the path behind its own words. */
  readonly script?: readonly string[];
  readonly scriptUser?: string;
};

export type FifoSubject = 'routers' | 'services';

export type FifosConfig = {
  readonly fifos: readonly FifoConfig[];
  /** A reload has the states of all virtual routers and groups written anew. */
  readonly statesOnReload: boolean;
};
