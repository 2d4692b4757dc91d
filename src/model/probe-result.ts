// One health check as a function: what to ask, by when to have answered, and what came back.

import type { Shown } from '../net/shown.ts';
import type { CheckTarget } from './checks/checks.ts';

/** A certificate that the server showed, whether it was verified or not. */
export type ServerCertificate<Text extends string = string> = {
  /** Its common name, or its whole subject. */
  readonly subject: Text;
  /** ISO 8601. */
  readonly expires: string;
  /** Whole days, rounded down; negative when it has ended. */
  readonly daysLeft: number;
  /** Within the days that the check warns before, or ended; never where it does not warn. */
  readonly endsSoon: boolean;
};

type Result<Text extends string> =
  | {
      readonly outcome: 'success';
      readonly detail: Text;
      /** Of the configured weight, as the server asks for it: 0 to 100. */
      readonly weightPercent?: number;
      /** In place of the configured weight. */
      readonly weight?: number;
      readonly certificate?: ServerCertificate<Text>;
    }
  | {
      readonly outcome: 'failure';
      readonly detail: Text;
      readonly certificate?: ServerCertificate<Text>;
    }
  /** The check could not be made (no file descriptor, no permission, no resolver): says nothing of the server. */
  | { readonly outcome: 'unmade'; readonly detail: Text };

/** As a probe of one kind says it: with what the server said in it, raw and in full, secrets and all. */
export type ProbeResult = Result<string>;
/** As everybody else gets it (probes/present.ts). */
export type ShownResult = Result<Shown>;

/**
 * Never rejects, and settles within `signal`'s deadline whatever the server does; keeps at most a bounded
 * number of bytes of an answer.
 */
export type Probe = (target: CheckTarget, signal: AbortSignal) => Promise<ShownResult>;
