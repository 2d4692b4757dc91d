// Why TLS failed, in plain words: what the server said as an alert, and what OpenSSL found wrong. Whether a certificate is
// believed is told in Node's own words, with its code (docs/checks.md, Certificates).
// Source: OpenSSL's ssl/sslerr.h, whose reasons above 1000 are alerts (SSL_AD_REASON_OFFSET).
import { formatAlert } from '../../wire/tls-alerts.ts';

const alertOffset = 1000;

/** By the end of Node's code for it, ERR_SSL_... */
const reasons: Readonly<Record<string, string>> = {
  WRONG_VERSION_NUMBER: 'the server speaks no TLS',
  PACKET_LENGTH_TOO_LONG: 'the server speaks no TLS',
  HTTP_REQUEST: 'the server speaks no TLS',
  UNSUPPORTED_PROTOCOL: 'the server has no version of TLS as new as tls_min_version',
  VERSION_TOO_LOW: 'the server has no version of TLS as new as tls_min_version',
  NO_PROTOCOLS_AVAILABLE: 'no version of TLS is left to offer',
  NO_CIPHERS_AVAILABLE: 'no cipher is left to offer',
  UNSAFE_LEGACY_RENEGOTIATION_DISABLED: 'the server knows no secure renegotiation (RFC 5746)',
  CERTIFICATE_VERIFY_FAILED: 'the certificate of the server is not trusted',
};

/** Refused by the level of security that ciphers can lower. */
const weak = new Set([
  ...['DH_KEY_TOO_SMALL', 'EE_KEY_TOO_SMALL', 'CA_KEY_TOO_SMALL', 'CA_MD_TOO_WEAK', 'BAD_DH_VALUE'],
  ...['LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED', 'WRONG_SIGNATURE_TYPE', 'WRONG_CIPHER_RETURNED'],
]);

const closedEarly = /before secure TLS connection was established/;

/** @returns undefined for an error that is not of TLS */
export function tlsReasonOf(error: Error): string | undefined {
  const code = 'code' in error ? String(error.code) : '';
  if (closedEarly.test(error.message)) return 'the server closed the connection before TLS was agreed on';
  const number = reasonNumberOf(error.message);
  if (number >= alertOffset) return `the server ended TLS: ${formatAlert(number - alertOffset)}`;
  const [, name] = /^ERR_SSL_(\w+)$/.exec(code) ?? [];
  if (name === undefined) return undefined;
  const said = 'reason' in error ? String(error.reason) : name.toLowerCase().replaceAll('_', ' ');
  if (weak.has(name)) {
    return `the server offers only what is too weak (${said}): ciphers: DEFAULT@SECLEVEL=0 takes it`;
  }
  return `${reasons[name] ?? 'what the server says is no TLS that can be understood'} (${said})`;
}

/** The 23 lower bits of an error of OpenSSL's SSL library (ERR_GET_REASON, ERR_LIB_SSL); 0 for none. */
function reasonNumberOf(message: string): number {
  const [, digits] = /\berror:0A([0-9A-F]{6}):/i.exec(message) ?? [];
  return digits === undefined ? 0 : Number.parseInt(digits, 16) & 0x7fffff;
}
