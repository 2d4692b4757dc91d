// What an error of a probe says: of the server (a failure), or only of this machine (the check was not made).

import type { ProbeResult } from '../../model/probe-result.ts';
import { tlsReasonOf } from './tls-reason.ts';

/** No descriptor, memory, port or permission here: the server was never asked. */
const ours = new Set([
  'EACCES',
  'EADDRINUSE', // no free port for a datagram
  'EADDRNOTAVAIL',
  'EAGAIN',
  'EMFILE',
  'ENODEV', // no such interface to go out by
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EPERM',
  'UND_ERR_INVALID_ARG',
  'UNREADABLE_TLS',
  'UNSENDABLE',
]);

export const success = (detail: string): ProbeResult => ({ outcome: 'success', detail });
export const failure = (detail: string): ProbeResult => ({ outcome: 'failure', detail });
export const unmade = (detail: string): ProbeResult => ({ outcome: 'unmade', detail });

/** @param act what was tried, as in "connect". */
export function judgeError(error: unknown, act: string): ProbeResult {
  const detail = `cannot ${act}: ${reasonOf(error)}`;
  return ours.has(codeOf(error) ?? '') ? unmade(detail) : failure(detail);
}

export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

function reasonOf(error: unknown): string {
  const tls = error instanceof Error ? tlsReasonOf(error) : undefined;
  if (tls !== undefined) return tls;
  const code = codeOf(error);
  const text = opensslReasonOf(error) ?? (error instanceof Error ? error.message : String(error));
  return code !== undefined && !text.includes(code) ? `${code} ${text}` : text;
}

/** The words of an OpenSSL error, whose message is a line of its source. */
const opensslReasonOf = (error: unknown): string | undefined =>
  error instanceof Error && 'reason' in error && typeof error.reason === 'string' ? error.reason : undefined;
