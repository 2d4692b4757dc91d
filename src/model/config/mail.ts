// Who is told by mail, of what, when, and how it goes out: `mail`, and ldirectord's keys for it, which a service may have for
// itself as well.

export type MailAddress = { readonly address: string; readonly name?: string };

/** ldirectord's Daemon-Status. */
export type MailState = 'starting' | 'running' | 'stopping' | 'reloading';

export type SmtpServer = { readonly host: string; readonly port: number };

export type SmtpConfig = SmtpServer & {
  /** 'tls' from the first octet on (RFC 8314); 'starttls' or nothing (RFC 3207). */
  readonly tls: 'no' | 'starttls' | 'tls';
  /** Whether its certificate must be trusted and name it. */
  readonly verify: boolean;
  readonly caFile?: string;
  readonly helo?: string;
  readonly user?: string;
  readonly password?: string;
};

/** What a service says for itself; what it leaves out is the {@link MailConfig}'s. */
export type ServiceMailConfig = {
  /** Empty: nobody, whoever else is told of others. */
  readonly to?: readonly MailAddress[];
  readonly from?: MailAddress;
  /** Another one than that of all, and so without its password. */
  readonly smtp?: SmtpServer;
  readonly repeatMs?: number;
  readonly states?: readonly MailState[];
  readonly quorum?: boolean;
};

export type MailConfig = {
  readonly to: readonly MailAddress[];
  /** Absent: the user of the daemon at this host. */
  readonly from?: MailAddress;
  /** Absent: the sendmail of this host. */
  readonly smtp?: SmtpConfig;
  /** Of servers that are down; 0: once. */
  readonly repeatMs: number;
  /** In which states of the daemon servers are told of. */
  readonly states: readonly MailState[];
  /** So long is collected into one mail. */
  readonly digestMs: number;
  /** Of one try. */
  readonly timeoutMs: number;
  readonly servers: boolean;
  readonly quorum: boolean;
  readonly transitions: boolean;
  /** Whether a virtual router in fault is among those. */
  readonly faults: boolean;
  /** Names of further events. */
  readonly events: readonly string[];
};
