// How servers are checked, as configured.

/** Of HTTP statuses; both ends belong to it. */
export type StatusRange = readonly [from: number, to: number];

/** What must hold of a JSON document: `path` leads to a value, which compares as `operator` says. */
export type JsonTest = {
  readonly path: readonly (string | number)[];
  /** Absent: any value will do. */
  readonly comparison?: {
    readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=';
    readonly value: string | number | boolean | null;
  };
  /** As written, for people. */
  readonly text: string;
};

export type CheckType =
  | { readonly kind: 'negotiate' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'external' }
  | { readonly kind: 'external-perl' }
  | { readonly kind: 'on' }
  | { readonly kind: 'off' }
  /** One negotiate, then `connects` connects, and again (docs/reference/ldirectord.md §3.1). */
  | { readonly kind: 'combined'; readonly connects: number };

/** One URL of several; what it leaves out is the service's. */
export type HttpUrlConfig = {
  readonly request?: string;
  readonly method?: string;
  readonly body?: string;
  readonly status?: readonly StatusRange[];
  readonly receive?: string;
  readonly json?: JsonTest;
  readonly digest?: string;
};

/** keepalived's UDP_CHECK. */
export type UdpCheckConfig = {
  /** Two hexadecimal digits a byte. */
  readonly payload?: string;
  /** As payload, x for any digit; empty: any reply. Absent: none is needed. */
  readonly requireReply?: string;
  readonly replyBytesMin?: number;
  readonly replyBytesMax?: number;
};

/** What an HTTP check has beyond request, receive and httpmethod. */
export type HttpCheckConfig = {
  readonly body?: string;
  readonly status?: readonly StatusRange[];
  readonly json?: JsonTest;
  readonly digest?: string;
  readonly version?: '1.1' | '2';
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Instead of the service's own request, unless a server has one. */
  readonly urls?: readonly HttpUrlConfig[];
  readonly weightHeader?: string;
};

/** What a DNS check has beyond request (the name) and receive. */
export type DnsCheckConfig = { readonly type?: string; readonly rcodes?: readonly string[] };
