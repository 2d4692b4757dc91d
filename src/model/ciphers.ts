// Ciphers as one directive names them, for OpenSSL, which has two lists: the suites of TLS 1.3 (ciphersuites) and those of
// older versions (the cipher list). A list of which nothing is named stays as it is, as in OpenSSL: Node.js alone makes the
// older one empty where suites alone are named. Source: ciphers(1) of OpenSSL, SSL_CTX_set_ciphersuites(3).

import type { TlsTarget } from './tls-target.ts';

/** OpenSSL's separators. */
const wordsOf = (ciphers: string): readonly string[] =>
  ciphers.split(/[:;, ]+/).filter((word) => word !== '');

const suite = /^([!-]?)(TLS_.*)$/;
const isSuite = (word: string): boolean => word.startsWith('TLS_');

/** Whether it names suites of TLS 1.3, to be agreed to or not. */
export const namesSuites = (ciphers: string): boolean => wordsOf(ciphers).some((word) => suite.test(word));

/**
 * What Node.js is given. Up to TLS 1.1 all signatures are by SHA-1, which OpenSSL takes at its lowest level alone.
 * @param defaults Node's own, of both kinds
 * @returns undefined where Node's own will do
 */
export function offeredCiphers(
  { ciphers, minVersion }: Pick<TlsTarget, 'ciphers' | 'minVersion'>,
  defaults: string,
): string | undefined {
  const isOld = minVersion === '1.0' || minVersion === '1.1';
  if (ciphers === undefined && !isOld) return undefined;
  const [named, own] = [wordsOf(ciphers ?? ''), wordsOf(defaults)];
  const left = new Set(named.map((word) => (isSuite(word) ? undefined : suite.exec(word)?.[2])));
  const suites = (named.some(isSuite) ? named : own).filter((word) => isSuite(word) && !left.has(word));
  const older = named.filter((word) => !suite.test(word)).join(':');
  const olderOwn = isOld ? 'DEFAULT' : own.filter((word) => !isSuite(word)).join(':');
  return [...suites, isOld ? lowest(older || olderOwn) : older || olderOwn].join(':');
}

const lowest = (older: string): string => (older.includes('@SECLEVEL=') ? older : `${older}:@SECLEVEL=0`);
