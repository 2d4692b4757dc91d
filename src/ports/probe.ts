// One health check as a function: what to ask, by when to have answered, and what came back.
import type { CheckTarget } from '../health/target.ts';

/** A certificate that the server showed and that ends within the warning time, or has ended. */
export type ExpiringCertificate = {
  /** Its common name, or its whole subject. */
  readonly subject: string;
  /** ISO 8601. */
  readonly expires: string;
  /** Whole days, rounded down; negative when it has ended. */
  readonly daysLeft: number;
};

export type ProbeResult =
  | {
      readonly outcome: 'success';
      readonly detail: string;
      /** Of the configured weight, as the server asks for it: 0 to 100. */
      readonly weightPercent?: number;
      /** In place of the configured weight. */
      readonly weight?: number;
      readonly certificate?: ExpiringCertificate;
    }
  | { readonly outcome: 'failure'; readonly detail: string; readonly certificate?: ExpiringCertificate }
  /** The check could not be made (no file descriptor, no permission, no resolver): says nothing of the server. */
  | { readonly outcome: 'unmade'; readonly detail: string };

/**
 * Never rejects, and settles within `signal`'s deadline whatever the server does; keeps at most a bounded
 * number of bytes of an answer.
 */
export type Probe = (target: CheckTarget, signal: AbortSignal) => Promise<ProbeResult>;
