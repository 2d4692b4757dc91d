// A network interface as the kernel tells of it (rtnetlink(7), RTM_NEWLINK).
import type { Mac } from './mac.ts';

export type Link = {
  readonly index: number;
  readonly name: string;
  readonly mac?: Mac;
  readonly mtu: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** IFF_RUNNING / operstate: carrier is there. */
  readonly running: boolean;
  /** It works, but not for long enough to count (`up_delay`). */
  readonly settling?: true;
  readonly loopback: boolean;
};
