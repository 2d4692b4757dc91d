// The configuration as the daemon sees it: everything resolved for this director, every default filled in,
// every time in milliseconds. Parsers (yaml.ts, ldirectord/read.ts) make it; nothing below here knows of files.
import type { Endpoint } from '../../net/endpoint.ts';
import type { FifosConfig } from './fifo.ts';
import type { IpvsConfig } from './ipvs.ts';
import type { LogConfig, LogLevel } from './log.ts';
import type { MailConfig } from './mail.ts';
import type { Problem } from './problem.ts';
import type { VrrpInstanceConfig, VrrpProcessConfig } from './router.ts';
import type { VirtualConfig } from './service.ts';
import type { TrackedConfig } from './tracked.ts';
import type { WebhookConfig } from './webhook.ts';

export type { LogConfig, LogLevel };

export type MetricsConfig = {
  /** Where HTTP is answered beside the control socket. Absent: nowhere. */
  readonly listen?: Endpoint;
  /** Whether each real server has metrics of its own. */
  readonly servers: boolean;
  /** Those of keepalived-exporter as well. */
  readonly keepalivedNames: boolean;
};

/**
 * How a file ends: with its end mark (a line that is `...`, as YAML ends a document, or `# end`), with a line end, or
 * in the middle of a line.
 */
export type FileEnd = 'mark' | 'line' | 'open';

/** Another file whose services are served as well. */
export type ExecutedConfig = { readonly file: string; readonly fingerprint: string; readonly end: FileEnd };

export type Config = {
  readonly file: string;
  /** Those that `execute` names, in this file or in one of them. Absent: none. */
  readonly executed?: readonly ExecutedConfig[];
  /** Of the text that it was read from: equal texts have equal ones. Absent: not known. */
  readonly fingerprint?: string;
  readonly director: { readonly name: string; readonly controlSocket: string; readonly stateDir: string };
  readonly log: LogConfig;
  /** Absent: its defaults, and no listener. */
  readonly metrics?: MetricsConfig;
  /** Absent: its defaults. */
  readonly vrrpProcess?: VrrpProcessConfig;
  readonly vrrp: readonly VrrpInstanceConfig[];
  /** Absent: nothing of the kind. */
  readonly tracked?: TrackedConfig;
  readonly ipvs: IpvsConfig;
  readonly virtuals: readonly VirtualConfig[];
  /** How many processes make checks beside the main one. Absent: as many as they are worth. */
  readonly checkProcesses?: number | 'auto';
  /** Reload when the file changes on disk. */
  readonly autoreload: boolean;
  /** Run with the file's path when that has changed on disk. */
  readonly callback?: string;
  /** As whom programs run that name no user. Absent: those that check, without privileges; others as the daemon. */
  readonly scriptUser?: string;
  /** Absent: none is written. */
  readonly fifos?: FifosConfig;
  /** Who is told of events by HTTP. Absent: nobody. */
  readonly webhooks?: readonly WebhookConfig[];
  /** Absent: no mail is sent. */
  readonly mail?: MailConfig;
  /** As ldirectord's maintenancedir: a file named after a server takes it out. */
  readonly maintenancedir?: string;
  /** Of the environment, those that hold secrets: no program gets them. */
  readonly secretVariables?: readonly string[];
};

/** A config, with warnings at most; or none, with every problem found. */
export type ConfigResult = { readonly config?: Config; readonly problems: readonly Problem[] };
