// The keys of HTTP and DNS checks that ldirectord does not have (docs/reference/keepalived.md §6: status ranges,
// digest, several URLs, DNS type; the rest is our own).
import { z } from 'zod';
import { optional, secret } from '../values/documented.ts';
import { jsonTestRule, parseJsonTest } from '../values/json-test.ts';
import { choice, duration, leaf, text } from '../values/leaves.ts';
import { parseStatusRanges, statusRule } from '../values/status-ranges.ts';

/** What an HTTP check may ask with. */
export const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export const dnsTypes = [
  ...['A', 'AAAA', 'CNAME', 'DNSKEY', 'MX', 'NS', 'PTR', 'RRSIG', 'SOA', 'SRV', 'TXT'],
] as const;

/** RFC 1035 §4.1.1 and RFC 2136 §2.2. */
const rcodes = [
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET'],
  ...['NOTAUTH', 'NOTZONE'],
] as const;

const status = () => leaf(statusRule, parseStatusRanges, { type: ['string', 'integer'] });
const json = () => leaf(jsonTestRule, parseJsonTest, { type: 'string', pattern: '^\\$' });
const digest = () =>
  leaf(
    'the MD5 of the whole body, 32 hexadecimal digits',
    (value) => (/^[0-9a-f]{32}$/i.test(value) ? value.toLowerCase() : undefined),
    { type: 'string', pattern: '^[0-9a-fA-F]{32}$' },
  );

/** RFC 9110 §5.6.2. */
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Those that say how the message is sent are not for a config to say (RFC 9110 §7.6.1, RFC 9113 §8.2.2). */
const reserved = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade'],
]);

const header = leaf(
  `NAME: VALUE, where NAME is none of ${[...reserved].join(', ')} (Host is virtualhost)`,
  (value): readonly [string, string] | undefined => {
    const colon = value.indexOf(':');
    const name = value.slice(0, Math.max(colon, 0));
    const content = value.slice(colon + 1).trim();
    const fits = token.test(name) && /^[\t\x20-\x7e]*$/.test(content) && !reserved.has(name.toLowerCase());
    return fits ? [name, content] : undefined;
  },
  { type: 'string' },
);

const headerName = leaf('the name of an HTTP header', (value) => (token.test(value) ? value : undefined), {
  type: 'string',
});

/** What holds of one answer, at the service for all URLs or at one of them. */
const answerShape = {
  status: optional(
    status(),
    'The HTTP statuses that are right: 200-299,401. A redirect listed is not followed.',
    '200-299',
  ),
  json: optional(json(), 'What must hold of a JSON body: $.status == "ok". See docs/checks.md.'),
  digest: optional(digest(), 'The MD5 of the whole body, as genhash prints it.'),
  body: optional(secret(text()), 'What an HTTP check sends, with httpmethod POST, PUT or PATCH.'),
};

export const urlSchema = z.strictObject({
  request: optional(text(), "The path. Default: the service's request."),
  httpmethod: optional(choice(httpMethods), "The method. Default: the service's."),
  receive: optional(text(), "A regular expression that the body must match. Default: the service's."),
  ...answerShape,
});
export type UrlDraft = z.output<typeof urlSchema>;

export const checkShape = {
  ...answerShape,
  urls: optional(
    z.array(urlSchema.optional()),
    'Several URLs to ask for instead of request; every answer must be right.',
  ),
  headers: optional(z.array(secret(header)), 'Headers of an HTTP check, each NAME: VALUE.'),
  http_version: optional(
    choice(['1.1', '2']),
    'The HTTP version of an HTTP check; 2 needs no TLS (prior knowledge).',
    '1.1',
  ),
  weight_header: optional(
    headerName,
    'A response header with the percentage of its weight that a server wants: 0 to 100.',
  ),
  certificate_expiry: optional(
    duration({ minMs: 86_400_000, stepMs: 86_400_000 }),
    'Tells of a TLS certificate that ends sooner than this, verified or not.',
  ),
  dns_type: optional(
    choice(dnsTypes),
    'The type that a DNS check asks for. Default: A; PTR for an address; SOA without a request.',
  ),
  dns_rcode: optional(
    leaf(
      `rcodes with commas between: ${rcodes.join(', ')}`,
      (value) => {
        const words = value.split(/[\s,]+/).map((word) => word.toUpperCase());
        return words.every((word) => (rcodes as readonly string[]).includes(word)) ? words : undefined;
      },
      { type: 'string' },
    ),
    'The rcodes of a DNS answer that are right, with commas between.',
    'NOERROR',
  ),
};
