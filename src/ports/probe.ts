// One health check as a function: what to ask, by when to have answered, and what came back.
import type { CheckTarget } from '../health/target.ts';

export type ProbeResult =
  | { readonly outcome: 'success'; readonly detail: string }
  | { readonly outcome: 'failure'; readonly detail: string }
  /** The check could not be made (no file descriptor, no permission, no resolver): says nothing of the server. */
  | { readonly outcome: 'unmade'; readonly detail: string };

/**
 * Never rejects, and settles within `signal`'s deadline whatever the server does; keeps at most a bounded
 * number of bytes of an answer.
 */
export type Probe = (target: CheckTarget, signal: AbortSignal) => Promise<ProbeResult>;
