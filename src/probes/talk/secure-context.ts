// What a check brings to a TLS handshake beside the names: authorities to trust, a certificate to show, versions and ciphers
// to agree to. Files are read again when they have changed. What cannot be read says nothing of the server.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { offeredCiphers } from '../../model/ciphers.ts';
import type { TlsTarget } from '../../model/tls-target.ts';
import { formatUnread, readRegular } from '../../system/files/open-regular.ts';

type Known = { readonly stamp: string; readonly context: SecureContext };
const contexts = new Map<string, Known>();
/** Those of removed services must not add up. */
const rememberedMax = 1000;

/** The authorities of all browsers take 250 kB; to parse them takes this process' own time. */
const pemBytesMax = 1_048_576;

/** Undefined where Node's own will do. Rejects with an error that is {@link unreadableTls}. */
export async function secureContextOf(tls: TlsTarget): Promise<SecureContext | undefined> {
  const { caFile, certFile, keyFile = certFile, minVersion, ciphers } = tls;
  const files = [caFile, certFile, keyFile];
  const key = JSON.stringify([files, minVersion, ciphers]);
  if (key === '[[null,null,null],null,null]') return undefined;
  const stamp = (await Promise.all(files.map(stampOf))).join();
  const known = contexts.get(key);
  if (known?.stamp === stamp) return known.context;
  const [ca, cert, privateKey] = await Promise.all([
    read('ca', caFile),
    read('cert', certFile),
    read('key', keyFile),
  ]);
  const context = make({ ca, cert, key: privateKey, ...wordsOf(tls) });
  const [oldest] = contexts.keys();
  if (contexts.size >= rememberedMax && oldest !== undefined) contexts.delete(oldest);
  contexts.set(key, { stamp, context });
  return context;
}

function wordsOf(tls: TlsTarget): SecureContextOptions {
  const { minVersion } = tls;
  const ciphers = offeredCiphers(tls, process.getBuiltinModule('node:tls').DEFAULT_CIPHERS);
  return {
    ...(minVersion !== undefined && { minVersion: minVersion === '1.0' ? 'TLSv1' : `TLSv${minVersion}` }),
    ...(ciphers !== undefined && { ciphers }),
  };
}

async function stampOf(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  // What cannot be looked at is told of by who reads it.
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? 'none' : `${found.mtimeMs} ${found.size} ${found.ino}`;
}

/** Each has to hold what it is for: a context would take a file without, and without a word. */
async function read(what: 'ca' | 'cert' | 'key', file: string | undefined): Promise<Buffer | undefined> {
  if (file === undefined) return undefined;
  const found = await readRegular(file, { bytesMax: pemBytesMax });
  if (!found.ok) throw unreadable(`Cannot read ${what} ${file}: expected ${formatUnread(found.error)}`);
  const { content } = found.value;
  if (what === 'key') return content;
  try {
    new X509Certificate(content);
    return content;
  } catch {
    throw unreadable(`Cannot read ${what} ${file}: expected a certificate in PEM, got none`);
  }
}

type Brought = { readonly [Key in keyof SecureContextOptions]: SecureContextOptions[Key] | undefined };

function make(brought: Brought): SecureContext {
  try {
    const { cert, key } = brought;
    // OpenSSL would take a key of another kind without a word.
    if (cert !== undefined && key !== undefined && !fits(cert as Buffer, key as Buffer)) {
      throw new Error('a key of another certificate');
    }
    const set = Object.entries(brought).filter(([, value]) => value !== undefined);
    return process.getBuiltinModule('node:tls').createSecureContext(Object.fromEntries(set));
  } catch (error) {
    const { message, reason = message } = error as Error & { readonly reason?: string };
    throw unreadable(`Cannot use cert, key or ciphers: expected what OpenSSL takes, got ${reason}`);
  }
}

const fits = (cert: Buffer, key: Buffer): boolean =>
  new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));

/** The code of an error that is this machine's and says nothing of the server. */
export const unreadableTls = 'UNREADABLE_TLS';

const unreadable = (message: string): Error => Object.assign(new Error(message), { code: unreadableTls });
