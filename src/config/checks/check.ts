// How the servers of a service are checked: ldirectord's keys (docs/reference/ldirectord.md §2), then those of our own, and
// what the daemon asks. What cannot work among them is judge.ts's and judge-checktype.ts's.
import type { z } from 'zod';
import { serviceOfPort, services } from '../../model/checks/services.ts';
import type { CheckConfig, CheckType } from '../../model/config/check.ts';
import type { ServiceId } from '../../model/ipvs.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { present, type Resolution } from '../resolution.ts';
import { command } from '../values/command-words.ts';
import { optional, secret } from '../values/documented.ts';
import { withSlash } from '../values/request.ts';
import { choice, filledText, flag, scalar, text, userName, whole } from '../values/scalars.ts';
import { bindShape, saidOfBind } from './bind.ts';
import { dnsShape, resolveDns } from './dns.ts';
import { httpMethods, httpShape, resolveHttp } from './http.ts';
import { pathShape, saidOfPath } from './path.ts';
import { resolveTextCheck, textCheckShape } from './text.ts';
import { resolveTls, tlsShape } from './tls.ts';

const checktypes = ['negotiate', 'connect', 'ping', 'external', 'external-perl', 'on', 'off'] as const;

const checktype = scalar<CheckType>(
  `one of ${checktypes.join(', ')}, or a number of connects`,
  readChecktype,
  {
    anyOf: [{ enum: [...checktypes, true, false] }, { type: 'integer', minimum: 0 }],
  },
);

export const checkKeys = {
  service: optional(
    choice(services),
    'What a negotiate check speaks. Default: by the port (80 is http); none for a mark.',
  ),
  checktype: optional(
    checktype,
    'How servers are checked. A number N: one negotiate, then N connects, and so on.',
    'negotiate',
  ),
  checkport: optional(whole(1, 65535), "The port to check. Default: the server's own."),
  ...pathShape,
  ...bindShape,
  checkcommand: optional(
    filledText(),
    'For external: a program, run with VIP VPORT RIP RPORT; exit 0 is up.',
    defaults.checkcommand,
  ),
  misc_path: optional(
    command(),
    'For external, in place of checkcommand: a program with its own arguments, quoted as in a shell, and nothing more.',
  ),
  checkuser: optional(userName(), 'The user that either runs as. Default: script_user.'),
  misc_dynamic: optional(
    flag(),
    'Whether an exit status of either above 1 is a success, and 2 more than the weight to serve with.',
    'no',
  ),
  request: optional(text(), 'The path (or query) that a negotiate check asks for.', defaults.request),
  receive: optional(text(), 'A regular expression that the answer must match. Unset: any answer.'),
  httpmethod: optional(choice(httpMethods), 'The method of an HTTP check.', defaults.httpmethod),
  virtualhost: optional(
    text(),
    "The Host header (and TLS server name) of an HTTP check. Default: the server's address.",
  ),
  ...tlsShape,
  login: optional(text(), 'User name for checks that log in; of an HTTP check for basic authentication.'),
  passwd: optional(secret(text()), 'Password for checks that log in.'),
  database: optional(text(), 'Database for SQL checks.'),
  secret: optional(secret(text()), 'Shared secret for RADIUS checks.'),
  ...httpShape,
  ...dnsShape,
  ...textCheckShape,
};
export type CheckDraft = z.output<z.ZodObject<typeof checkKeys>>;

/** What a check says itself; what it leaves out stands elsewhere, or is {@link resolveCheck}'s default. */
export const saidOfCheck = (draft: CheckDraft): Partial<CheckConfig> =>
  present({
    service: draft.service,
    checktype: draft.checktype,
    checkport: draft.checkport,
    checkcommand: draft.checkcommand,
    miscPath: draft.misc_path,
    checkuser: draft.checkuser,
    request: draft.request === undefined ? undefined : withSlash(draft.request),
    receive: draft.receive,
    httpmethod: draft.httpmethod,
    // An empty one is none: the Host header is the server's address, and nobody logs in.
    virtualhost: draft.virtualhost || undefined,
    login: draft.login || undefined,
    passwd: draft.passwd || undefined,
    database: draft.database,
    secret: draft.secret,
    miscDynamic: draft.misc_dynamic === true ? (true as const) : undefined,
    http: resolveHttp(draft),
    dns: resolveDns(draft),
    ...resolveTls(draft),
    ...saidOfPath(draft),
    ...saidOfBind(draft),
    ...resolveTextCheck(draft),
  });

/** docs/reference/ldirectord.md §2.3: a service that is named has these; one that follows from the port has not. */
export function customaryLogin(
  { service }: CheckDraft,
  { hostname }: Resolution['environment'],
): Partial<Pick<CheckConfig, 'login' | 'passwd'>> {
  const us = `ldirectord@${hostname}`;
  if (service === 'ftp') return { login: 'anonymous', passwd: us };
  return service === 'sip' ? { login: us } : {};
}

/** How the servers of that service are checked. */
export function resolveCheck(draft: CheckDraft, id: ServiceId, { environment }: Resolution) {
  return {
    service: id.kind === 'address' ? serviceOfPort(id.port) : 'none',
    checktype: defaults.checktype,
    checkcommand: defaults.checkcommand,
    request: defaults.request,
    receive: defaults.receive,
    httpmethod: defaults.httpmethod,
    verify: defaults.verify,
    ...{ login: '', passwd: '', database: '', secret: '' },
    ...customaryLogin(draft, environment),
    ...saidOfCheck(draft),
  };
}

function readChecktype(value: string): CheckType | undefined {
  if (/^\d{1,6}$/.test(value)) return { kind: 'combined', connects: Number(value) };
  const kind = checktypes.find((each) => each === value);
  return kind === undefined ? undefined : { kind };
}
