// What a check process says, read as what a stranger says: it speaks with servers that nobody vouches for, so a message
// that is none of ours is none, whatever it is, and every text in it is made harmless once more. Pure.

import type { ServerCertificate, ShownResult } from '../../../model/probe-result.ts';
import { type Shown, shown } from '../../../net/shown.ts';
import { type FromCheckProcess, type ResultRow, rowsMax } from './messages.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What it may be at most, with the dots behind what was cut. */
const textLengthMax = 400;
/** Times in microseconds and counts are whole numbers that JSON tells exactly. */
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @returns undefined for what no check process of ours says */
export function decodeBatch(message: unknown): FromCheckProcess | undefined {
  if (!isFields(message)) return undefined;
  switch (message.type) {
    case 'results':
      return decodeResults(message);
    case 'heartbeat':
      return { type: 'heartbeat' };
    case 'ready':
      return { type: 'ready', ...(typeof message.user === 'string' && { user: textOf(message.user) }) };
    case 'fault':
      return decodeFault(message.event);
    default:
      return undefined;
  }
}

function decodeResults({ rows, underWay, waiting }: Fields): FromCheckProcess | undefined {
  if (!Array.isArray(rows) || rows.length > rowsMax || !isCount(underWay) || !isCount(waiting))
    return undefined;
  const decoded: ResultRow[] = [];
  for (const row of rows) {
    const one = decodeRow(row);
    if (one === undefined) return undefined;
    decoded.push(one);
  }
  return { type: 'results', rows: decoded, underWay, waiting };
}

function decodeRow(row: unknown): ResultRow | undefined {
  if (!Array.isArray(row) || row.length !== 6) return undefined;
  const [id, startedAt, lateUs, tookUs, skipped, said] = row as readonly unknown[];
  if (!isCount(id) || !isCount(startedAt) || !isCount(lateUs) || !isCount(tookUs) || !isCount(skipped))
    return undefined;
  if (said === null) return [id, startedAt, lateUs, tookUs, skipped, null];
  const result = decodeResult(said);
  return result === undefined ? undefined : [id, startedAt, lateUs, tookUs, skipped, result];
}

function decodeResult(said: unknown): ShownResult | undefined {
  if (!isFields(said) || typeof said.detail !== 'string') return undefined;
  const { outcome, certificate, weight, weightPercent } = said;
  const detail = textOf(said.detail);
  if (outcome === 'unmade') return { outcome, detail };
  const shownCertificate = certificate === undefined ? undefined : decodeCertificate(certificate);
  if (certificate !== undefined && shownCertificate === undefined) return undefined;
  const rest = { detail, ...(shownCertificate !== undefined && { certificate: shownCertificate }) };
  if (outcome === 'failure') return { outcome, ...rest };
  if (outcome !== 'success') return undefined;
  if (weightPercent !== undefined && !(isCount(weightPercent) && weightPercent <= 100)) return undefined;
  if (weight !== undefined && !isCount(weight)) return undefined;
  return {
    ...{ outcome, ...rest },
    ...(weightPercent !== undefined && { weightPercent }),
    ...(weight !== undefined && { weight }),
  };
}

function decodeCertificate(value: unknown): ServerCertificate<Shown> | undefined {
  if (!isFields(value)) return undefined;
  const { subject, expires, daysLeft, endsSoon } = value;
  if (typeof subject !== 'string' || typeof expires !== 'string' || !Number.isSafeInteger(daysLeft))
    return undefined;
  if (typeof endsSoon !== 'boolean') return undefined;
  if (Number.isNaN(Date.parse(expires)) || expires.length > 30) return undefined;
  return { subject: textOf(subject), expires: shown(expires), daysLeft: daysLeft as number, endsSoon };
}

function decodeFault(event: unknown): FromCheckProcess | undefined {
  if (!isFields(event) || event.event !== 'daemon.fault' || !Array.isArray(event.stack)) return undefined;
  const { kind, error, reason, stack, ends } = event;
  if (kind !== 'uncaughtException' && kind !== 'unhandledRejection') return undefined;
  if (typeof error !== 'string' || typeof reason !== 'string' || typeof ends !== 'boolean') return undefined;
  const frames = stack.slice(0, 12).map((frame) => textOf(String(frame)));
  const facts = { error: textOf(error), reason: textOf(reason), stack: frames };
  return { type: 'fault', event: { event: 'daemon.fault', process: 'check', kind, ...facts, ends } };
}

const textOf = (text: string): Shown => shown(text, textLengthMax);
