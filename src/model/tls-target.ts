// How a check meets a TLS server.

export const tlsVersions = ['1.0', '1.1', '1.2', '1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

/** How a TLS server is met. */
export type TlsTarget = {
  readonly sni?: string;
  /** Whether a certificate must chain to a trusted authority and name the host. */
  readonly verify: boolean;
  readonly caFile?: string;
  /** Shown to a server that asks for one: a PEM file, its chain behind it. */
  readonly certFile?: string;
  /** The key of the certificate, where it does not stand in the same file. */
  readonly keyFile?: string;
  /** Absent: 1.2. */
  readonly minVersion?: TlsVersion;
  /** As OpenSSL writes them (ciphers(1)); absent: those of Node.js. */
  readonly ciphers?: string;
  /** A certificate that ends within so many days is told of. */
  readonly expiryDays?: number;
};
