// The keys of HTTP checks that ldirectord does not have (docs/reference/keepalived.md §6: status ranges, digest, several URLs;
// the rest is our own), and what the daemon asks.
import * as z from 'zod';
import type { HttpCheckConfig, HttpUrlConfig } from '../../model/config/check.ts';
import { present } from '../resolution.ts';
import { optional, secret } from '../values/documented.ts';
import { header as headerOf, token } from '../values/header.ts';
import { jsonTestRule, parseJsonTest } from '../values/json-test.ts';
import { withSlash } from '../values/request.ts';
import { choice, scalar, text } from '../values/scalars.ts';
import { parseStatusRanges, statusRule } from '../values/status-ranges.ts';

/** What an HTTP check may ask with. */
export const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

const status = () => scalar(statusRule, parseStatusRanges, { type: ['string', 'integer'] });
const json = () => scalar(jsonTestRule, parseJsonTest, { type: 'string', pattern: '^\\$' });
const digest = () =>
  scalar(
    'the MD5 of the whole body, 32 hexadecimal digits',
    (value) => (/^[0-9a-f]{32}$/i.test(value) ? value.toLowerCase() : undefined),
    { type: 'string', pattern: '^[0-9a-fA-F]{32}$' },
  );

const header = headerOf([], ' (Host is virtualhost)');

const headerName = scalar('the name of an HTTP header', (value) => (token.test(value) ? value : undefined), {
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
type UrlDraft = z.output<typeof urlSchema>;

export const httpShape = {
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
} as const;
type HttpDraft = z.output<z.ZodObject<typeof httpShape>>;

/** Absent where nothing of it is said. */
export function resolveHttp(draft: HttpDraft): HttpCheckConfig | undefined {
  const http: HttpCheckConfig = {
    ...answerOf(draft),
    ...present({
      version: draft.http_version,
      headers: draft.headers,
      urls: draft.urls?.flatMap((url) => (url === undefined ? [] : [urlOf(url)])),
      weightHeader: draft.weight_header,
    }),
  };
  return Object.keys(http).length === 0 ? undefined : http;
}

const urlOf = (url: UrlDraft): HttpUrlConfig => ({
  ...answerOf(url),
  ...present({
    request: url.request === undefined ? undefined : withSlash(url.request),
    method: url.httpmethod,
    receive: url.receive,
  }),
});

const answerOf = ({ body, status, json, digest }: Pick<UrlDraft, 'body' | 'status' | 'json' | 'digest'>) =>
  present({ body, status, json, digest });
