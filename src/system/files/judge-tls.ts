// The files and ciphers of TLS as the config names them, looked at before a check needs them: whether the files are there
// and hold what they should, a key fits its certificate, and this Node.js knows each cipher. What stands in a key file is
// never shown. Node's TLS is loaded by the first that asks.
import { offeredCiphers } from '../../model/ciphers.ts';
import type { TlsFault, TlsUse } from '../../model/config/environment.ts';
import { tlsVersions } from '../../model/tls-target.ts';
import { readRegularNow } from './open-regular.ts';

/** As much as a check reads of one (probes/talk/secure-context.ts). */
const pemBytesMax = 1_048_576;

const crypto = () => process.getBuiltinModule('node:crypto');
const tls = () => process.getBuiltinModule('node:tls');

export function judgeTls({ caFile, certFile, keyFile, ciphers }: TlsUse): readonly TlsFault[] {
  return [
    ...(caFile === undefined ? [] : judgeCertificate('ca', caFile)),
    ...(certFile === undefined ? [] : judgePair(certFile, keyFile ?? certFile)),
    ...(ciphers === undefined ? [] : judgeCiphers(ciphers)),
  ];
}

function judgeCertificate(key: 'ca' | 'cert', file: string): readonly TlsFault[] {
  const read = readRegularNow(file, { bytesMax: pemBytesMax });
  if (!read.ok) return [{ key, rule: read.error.rule, got: read.error.got }];
  const { content } = read.value;
  const isThere = attempt(() => new (crypto().X509Certificate)(content)) !== undefined;
  return isThere ? [] : [{ key, rule: 'a certificate in PEM', got: `none in ${file}` }];
}

function judgePair(certFile: string, keyFile: string): readonly TlsFault[] {
  const faults = judgeCertificate('cert', certFile);
  const read = readRegularNow(keyFile, { bytesMax: pemBytesMax });
  if (!read.ok) {
    const { rule, got } = read.error;
    return keyFile === certFile ? faults : [...faults, { key: 'key', rule, got }];
  }
  const key = attempt(() => crypto().createPrivateKey(read.value.content));
  if (key === undefined) {
    const rule = 'a key in PEM without a passphrase, in the file of cert or in one of its own';
    return [...faults, { key: 'key', rule, got: `none in ${keyFile}` }];
  }
  if (faults.length > 0) return faults;
  const cert = readRegularNow(certFile, { bytesMax: pemBytesMax });
  const fits = cert.ok && new (crypto().X509Certificate)(cert.value.content).checkPrivateKey(key);
  const rule = `the key of the first certificate in ${certFile}`;
  return fits ? [] : [{ key: 'key', rule, got: `another one in ${keyFile}` }];
}

/** OpenSSL passes over a name that it does not know, unless it knows none; what is only left out does no harm. */
function judgeCiphers(ciphers: string): readonly TlsFault[] {
  const words = ciphers.split(/[:;, ]+/).filter((word) => word !== '');
  const wrong = words.find((word) => !/^[!-]/.test(word) && !isKnown(word.replace(/^\+/, '')));
  const { openssl } = process.versions;
  if (wrong !== undefined) {
    const rule = `names of ciphers that OpenSSL ${openssl} knows (ciphers(1))`;
    return [{ key: 'ciphers', rule, got: wrong }];
  }
  // Beside the newest versions and the oldest: what a list is made to with them is not the same.
  const offers = tlsVersions.map((minVersion) =>
    offeredCiphers({ ciphers, minVersion }, tls().DEFAULT_CIPHERS),
  );
  if (offers.every((offer) => offer === undefined || isAccepted(offer))) return [];
  return [{ key: 'ciphers', rule: 'ciphers of which some are left', got: ciphers }];
}

/** Also of ciphers that are too weak for the level that is set. */
function isKnown(word: string): boolean {
  const name = word.replace(/@SECLEVEL=[0-5]$/, '');
  // Those of TLS 1.3 stand in a list of their own, which has no levels.
  if (name.startsWith('TLS_')) return isAccepted(name);
  if (name === '' || name === '@STRENGTH') return true;
  return isAccepted(`${name}:@SECLEVEL=0`);
}

const isAccepted = (ciphers: string): boolean =>
  attempt(() => tls().createSecureContext({ ciphers })) !== undefined;

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
