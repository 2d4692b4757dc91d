// How a check meets a TLS server.
/** How a TLS server is met. */
export type TlsTarget = {
  readonly sni?: string;
  /** Whether a certificate must chain to a trusted authority and name the host. */
  readonly verify: boolean;
  readonly caFile?: string;
  /** A certificate that ends within so many days is told of. */
  readonly expiryDays?: number;
};
