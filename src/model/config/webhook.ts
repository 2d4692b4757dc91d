// A webhook: who is told of which events, by HTTP, and how. Times in milliseconds.
import type { LogLevel } from './log.ts';

export type WebhookTemplate = 'event' | 'slack' | 'alertmanager';

export type WebhookConfig = {
  /** For people; the URL may hold a secret. */
  readonly name: string;
  readonly url: string;
  /** Names of events, or `vrrp.*`. Absent: all. */
  readonly events?: readonly string[];
  /** The least that is told. Absent: all that `events` names. */
  readonly level?: LogLevel;
  readonly template: WebhookTemplate;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The key of the signature. Absent: none. */
  readonly secret?: string;
  /** Of one request. */
  readonly timeoutMs: number;
  /** An event that could not be handed over for so long is given up. */
  readonly deadlineMs: number;
  readonly verify: boolean;
  /** Of authorities to trust instead of the system's. */
  readonly caFile?: string;
};
