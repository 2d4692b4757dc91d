// What a check asks of a server that holds a dialogue in lines of text, and of the small ones beside it that have
// no dialogue at all (a datagram, a file, an agent's word). One target kind a probe; see docs/checks.md.
import type { Ip } from '../net/ip.ts';
import type { TlsTarget } from './tls-target.ts';

export type ProxyProtocolVersion = 'v1' | 'v2';

/** Where a check over TCP goes, and how it is introduced there. */
export type TcpPlace = {
  readonly address: Ip;
  readonly port: number;
  /** A PROXY-protocol header goes before everything else. */
  readonly proxyProtocol?: ProxyProtocolVersion;
  /** Absent: plain text. `host` is whom the certificate must name, the address where it is absent. */
  readonly tls?: TlsTarget & { readonly host?: string };
};

/** Empty login: the check does not log in. */
type Credentials = { readonly login: string; readonly passwd: string };

export type SmtpTarget = TcpPlace & {
  readonly kind: 'smtp';
  /** How the check names itself in EHLO. */
  readonly heloName: string;
};

export type PopTarget = TcpPlace & Credentials & { readonly kind: 'pop' };
export type ImapTarget = TcpPlace & Credentials & { readonly kind: 'imap' };
export type NntpTarget = TcpPlace & { readonly kind: 'nntp' };

export type FtpTarget = TcpPlace &
  Credentials & {
    readonly kind: 'ftp';
    readonly path: string;
    /** Regular expression (net/linear-pattern.ts), unanchored; absent: any file, also an empty one. */
    readonly receive?: string;
  };

export type SimpleTcpTarget = TcpPlace & {
  readonly kind: 'simpletcp';
  /** As it goes out; empty: nothing is said. */
  readonly request: string;
  /** Must match one line; absent: any line. */
  readonly receive?: string;
};

export type SipTarget = {
  readonly kind: 'sip';
  readonly transport: 'udp' | 'tcp';
  readonly address: Ip;
  readonly port: number;
  /** USER@HOST of the URI that is asked; empty: the server's address. */
  readonly login: string;
};

export type HttpProxyTarget = Omit<TcpPlace, 'tls'> & {
  readonly kind: 'http-proxy';
  /** The absolute URL that the proxy is asked for. */
  readonly url: string;
  readonly method: 'GET' | 'HEAD';
  readonly receive?: string;
};

export type UdpTarget = {
  readonly kind: 'udp';
  readonly address: Ip;
  readonly port: number;
  /** Hexadecimal digits, two a byte. */
  readonly payload: string;
  /** Two nibbles a byte, x for any; empty: any reply; absent: none is needed. */
  readonly requireReply?: string;
  readonly replyBytesMin: number;
  readonly replyBytesMax: number;
  /** How long no ICMP error must come, where no reply is needed. */
  readonly quietMs: number;
};

export type FileTarget = { readonly kind: 'file'; readonly path: string };

export type AgentTarget = TcpPlace & {
  readonly kind: 'agent';
  /** Sent first; empty: the agent speaks unasked. */
  readonly request: string;
};

/** Those that need no library. */
export type TextTarget =
  | SmtpTarget
  | PopTarget
  | ImapTarget
  | NntpTarget
  | FtpTarget
  | SimpleTcpTarget
  | SipTarget
  | UdpTarget
  | FileTarget
  | AgentTarget;
