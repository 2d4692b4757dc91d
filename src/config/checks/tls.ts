// How checks meet a TLS server: its name, whose certificate is believed, which one is shown, what is agreed to; and whether
// the files that this needs are there and fit. What is read of them when a check is made: probes/talk/secure-context.ts.
import type { z } from 'zod';
import type { CheckConfig, TlsCheckConfig } from '../../model/config/check.ts';
import { type TlsVersion, tlsVersions } from '../../model/tls-target.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import { present, type Resolution, type Site } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { absolutePath, duration, filledText, flag, scalar } from '../values/scalars.ts';

const dayMs = 86_400_000;

/** TLSv1.2 as nginx and HAProxy write it, too. */
const version = scalar<TlsVersion>(
  `a version of TLS: ${tlsVersions.join(', ')}`,
  (value) => {
    const digits = value.replace(/^TLSv?/i, '').replace(/^1$/, '1.0');
    return tlsVersions.find((each) => each === digits);
  },
  { type: ['string', 'number'], enum: [...tlsVersions, ...tlsVersions.map(Number)] },
);

export const tlsShape = {
  starttls: optional(
    flag(),
    'Whether a check of smtp, submission, imap, pop, ftp, ldap, mysql or pgsql asks for TLS before it goes on.',
    'no',
  ),
  sni: optional(filledText(), 'The TLS server name, where it is not the virtualhost.'),
  verify: optional(
    flag(),
    'Whether the certificate of a TLS server must be trusted and name the host.',
    defaults.verify ? 'yes' : 'no',
  ),
  ca: optional(absolutePath(), 'A PEM file of authorities to trust instead of the system. With verify.'),
  cert: optional(
    absolutePath(),
    'A PEM file with the certificate that is shown to a TLS server that asks for one.',
  ),
  key: optional(
    absolutePath(),
    'A PEM file with the key of cert, without a passphrase. Default: the file of cert.',
  ),
  tls_min_version: optional(
    version,
    'The oldest version of TLS that a check agrees to: 1.0, 1.1, 1.2 or 1.3.',
    '1.2',
  ),
  ciphers: optional(
    filledText(),
    "The ciphers that a check agrees to, as OpenSSL writes them (ciphers(1)); those of TLS 1.3 and of older versions apart. Default: Node.js's own.",
  ),
  certificate_expiry: optional(
    duration({ minMs: dayMs, stepMs: dayMs }),
    'Tells of a TLS certificate that ends sooner than this, verified or not.',
  ),
} as const;
type TlsDraft = z.output<z.ZodObject<typeof tlsShape>>;

export const resolveTls = (
  draft: TlsDraft,
): Partial<Pick<CheckConfig, 'verify' | 'sni' | 'caFile' | 'tls' | 'certificateExpiryDays'>> =>
  present({
    verify: draft.verify,
    sni: draft.sni,
    caFile: draft.ca,
    tls: broughtOf(draft),
    certificateExpiryDays:
      draft.certificate_expiry === undefined ? undefined : draft.certificate_expiry / dayMs,
  });

function broughtOf({
  starttls,
  cert,
  key,
  tls_min_version: minVersion,
  ciphers,
}: TlsDraft): TlsCheckConfig | undefined {
  const tls = present({ starttls, certFile: cert, keyFile: key, minVersion, ciphers });
  return Object.keys(tls).length === 0 ? undefined : tls;
}

/** A pair that cannot be shown and ciphers that nobody knows are errors; authorities may still come, as they are read anew. */
export function judgeTls(draft: TlsDraft, site: Site, { environment, problems }: Resolution): void {
  const { ca, cert, key, ciphers } = draft;
  if ([ca, cert, ciphers].every((each) => each === undefined)) return;
  const use = present({ caFile: ca, certFile: cert, keyFile: key, ciphers });
  for (const { key: at, rule, got } of environment.judgeTls?.(use) ?? []) {
    if (at === 'ca') problems.push(warningAt(site(at), 'read ca', rule, got));
    else problems.push(errorAt(site(draft[at] === undefined ? 'cert' : at), `use ${at}`, rule, got));
  }
}
