// What is logged and where to, as configured.
import type { Ip } from '../../net/ip.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** RFC 5424 §6.2.1, by the names of syslog(3). */
export const facilities = {
  ...{ kern: 0, user: 1, mail: 2, daemon: 3, auth: 4, syslog: 5, lpr: 6, news: 7, uucp: 8, cron: 9 },
  ...{ authpriv: 10, ftp: 11, local0: 16, local1: 17, local2: 18, local3: 19, local4: 20, local5: 21 },
  ...{ local6: 22, local7: 23 },
} as const;
export type Facility = keyof typeof facilities;

export type SyslogTarget =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'udp' | 'tcp'; readonly address: Ip; readonly port: number };

export type SyslogConfig = {
  readonly to: SyslogTarget;
  readonly facility: Facility;
  readonly format: 'rfc5424' | 'rfc3164';
  /** By what name it knows us: TAG, APP-NAME. */
  readonly tag: string;
};

export type LogConfig = {
  readonly level: LogLevel;
  /** Absent: text on a terminal, JSON elsewhere. */
  readonly format?: 'json' | 'text';
  /** journald by its own protocol. Absent: auto, where standard output goes to it. */
  readonly journal?: 'auto' | 'yes' | 'no';
  /** An extra sink beside standard output. */
  readonly file?: string;
  readonly syslog?: readonly SyslogConfig[];
};
