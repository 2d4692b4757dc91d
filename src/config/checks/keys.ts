// The keys of checks in a virtual service: ldirectord's (docs/reference/ldirectord.md §2), then those of our own.
import type { z } from 'zod';
import { services } from '../../model/checks/services.ts';
import type { CheckType } from '../../model/config/check.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { optional, secret } from '../values/documented.ts';
import { absolutePath, choice, filledText, flag, leaf, plainName, text, whole } from '../values/leaves.ts';
import { checkShape, httpMethods } from './http-and-dns.ts';
import { textCheckShape } from './text.ts';

const checktypes = ['negotiate', 'connect', 'ping', 'external', 'external-perl', 'on', 'off'] as const;

const checktype = leaf<CheckType>(`one of ${checktypes.join(', ')}, or a number of connects`, readChecktype, {
  anyOf: [{ enum: [...checktypes, true, false] }, { type: 'integer', minimum: 0 }],
});

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
  checkcommand: optional(
    filledText(),
    'For external: a program, run with VIP VPORT RIP RPORT; exit 0 is up.',
    defaults.checkcommand,
  ),
  checkuser: optional(plainName, 'The user that checkcommand runs as. Default: script_user.'),
  misc_dynamic: optional(
    flag(),
    'Whether an exit status of checkcommand above 1 is a success, and 2 more than the weight to serve with.',
    'no',
  ),
  request: optional(text(), 'The path (or query) that a negotiate check asks for.', defaults.request),
  receive: optional(text(), 'A regular expression that the answer must match. Unset: any answer.'),
  httpmethod: optional(choice(httpMethods), 'The method of an HTTP check.', defaults.httpmethod),
  virtualhost: optional(
    text(),
    "The Host header (and TLS server name) of an HTTP check. Default: the server's address.",
  ),
  sni: optional(filledText(), 'The TLS server name, where it is not the virtualhost.'),
  verify: optional(
    flag(),
    'Whether the certificate of a TLS server must be trusted and name the host.',
    defaults.verify ? 'yes' : 'no',
  ),
  ca: optional(absolutePath(), 'A PEM file of authorities to trust instead of the system. With verify.'),
  login: optional(text(), 'User name for checks that log in; of an HTTP check for basic authentication.'),
  passwd: optional(secret(text()), 'Password for checks that log in.'),
  database: optional(text(), 'Database for SQL checks.'),
  secret: optional(secret(text()), 'Shared secret for RADIUS checks.'),
  ...checkShape,
  ...textCheckShape,
};
export type CheckDraft = z.output<z.ZodObject<typeof checkKeys>>;

function readChecktype(value: string): CheckType | undefined {
  if (/^\d{1,6}$/.test(value)) return { kind: 'combined', connects: Number(value) };
  const kind = checktypes.find((each) => each === value);
  return kind === undefined ? undefined : { kind };
}
