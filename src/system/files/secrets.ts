// Secrets that stand outside of the config: a file, a credential that systemd has put into a folder of the service's
// (systemd.exec(5), LoadCredential=), a variable of the environment. One line end behind it belongs to the file and not to
// the secret. No program of the
// administrator's inherits a variable that was read so, or the folder (host/withheld-variables.ts).
import { join } from 'node:path';
import type { SecretRead, SecretSource } from '../../model/config/environment.ts';
import { decodeText, findRawByte } from '../../net/raw-bytes.ts';
import { withholdVariables } from '../host/withheld-variables.ts';
import { readRegularNow } from './open-regular.ts';

const secretBytesMax = 65_536;
const othersMayRead = 0o004;

export type SecretPlaces = {
  readonly environment: NodeJS.ProcessEnv;
  /** Where a service has its credentials, for who is none. */
  readonly serviceFolder?: string;
};

/** As the daemon: what is not there is missing. */
export const readSecret = (source: SecretSource): SecretRead =>
  readSecretFrom(source, { environment: process.env });

/** As a command beside it, which has another environment than the service. */
export const readSecretBeside = (source: SecretSource): SecretRead =>
  readSecretFrom(source, {
    environment: process.env,
    serviceFolder: '/run/credentials/lvs-director.service',
  });

export function readSecretFrom(source: SecretSource, places: SecretPlaces): SecretRead {
  if (source.kind === 'file') return readFile(source.name, { mayBeLax: false });
  if (source.kind === 'credential') return readCredential(source.name, places);
  withholdVariables([source.name]);
  const text = places.environment[source.name];
  const missing = { rule: `the environment variable ${source.name}`, got: 'none' };
  if (text !== undefined) return judged(text, `the environment variable ${source.name}`);
  return places.serviceFolder === undefined ? missing : { unseen: unseenOf(missing.rule) };
}

function readCredential(name: string, { environment, serviceFolder }: SecretPlaces): SecretRead {
  const own = environment.CREDENTIALS_DIRECTORY;
  const folder = own || serviceFolder;
  if (folder === undefined) {
    return { rule: `credential ${name} (LoadCredential= of the unit)`, got: 'no $CREDENTIALS_DIRECTORY' };
  }
  const read = readFile(join(folder, name), { mayBeLax: true });
  return own || 'text' in read ? read : { unseen: unseenOf(`credential ${name}`) };
}

const unseenOf = (what: string) => ({ rule: `${what}, which the service may have`, got: 'none here' });

function readFile(path: string, { mayBeLax }: { readonly mayBeLax: boolean }): SecretRead {
  const read = readRegularNow(path, { bytesMax: secretBytesMax });
  if (!read.ok) return { rule: `${read.error.rule} at ${path}`, got: read.error.got };
  const { content, mode } = read.value;
  const secret = judged(decodeText(content).replace(/\r?\n$/, ''), path);
  if (mayBeLax || !('text' in secret) || (mode & othersMayRead) === 0) return secret;
  const rule = `a file that only its owner and group may read (chmod o-r ${path})`;
  return { ...secret, lax: { rule, got: `mode ${(mode & 0o7777).toString(8).padStart(4, '0')}` } };
}

function judged(text: string, where: string): SecretRead {
  if (text === '') return { rule: `a text in ${where}`, got: 'nothing' };
  if (text.includes('\0')) return { rule: `a text in ${where}`, got: 'one with a NUL' };
  const raw = findRawByte(text);
  return raw === undefined ? { text } : { rule: `UTF-8 in ${where}`, got: `the byte ${raw.byte}` };
}
