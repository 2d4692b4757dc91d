// SSL of a keepalived.conf: the certificate and the key that its SSL_GET checks show to servers, for all of them. It reads a
// CA as well, but verifies nobody. Source: keepalived/check/check_ssl.c (init_ssl_ctx), keepalived.conf(5).
import type { Fields, Noting } from '../converted.ts';
import { noteUnknown } from './left-out.ts';
import { lastOf, type Statement, wordOf } from './tree.ts';

const known: ReadonlySet<string> = new Set(['password', 'ca', 'certificate', 'key']);

export function identityOf(blocks: readonly Statement[], note: Noting): Fields {
  const lines = blocks.flatMap(({ block }) => block ?? []);
  noteUnknown(lines, known, 'SSL', note);
  const [password, authority] = [lastOf(lines, 'password'), lastOf(lines, 'ca')];
  if (password !== undefined)
    note(
      password.at,
      'check',
      'SSL password: left out, as a key with a passphrase is not read: save it without',
    );
  if (authority !== undefined)
    note(authority.at, 'ignored', 'SSL ca: left out, as keepalived verifies no server either');
  return { cert: wordOf(lines, 'certificate'), key: wordOf(lines, 'key') };
}
