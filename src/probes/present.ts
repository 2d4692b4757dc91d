// What a check found, fit to be shown: the one way from the probes, which quote servers raw and in full, to those who
// log and show. Secrets of the target go first, in whatever spelling a server sends them back, as the harmless rest is
// cut, and the beginning of a secret would be left.
import type { CheckTarget } from '../model/checks/checks.ts';
import type { ProbeResult, ShownResult } from '../model/probe-result.ts';
import { hideLikely, hideMatches, secretPattern } from '../net/hide-secrets.ts';
import { type Shown, shown } from '../net/shown.ts';
import { secretsOf } from './secrets-of.ts';

/** Of what a probe says, this much is looked through; servers are bounded to more (guard-socket.ts). */
const rawLengthMax = 8 * 1024;
const detailLengthMax = 300;
const subjectLengthMax = 200;

export function present(target: CheckTarget, result: ProbeResult): ShownResult {
  const memory = memoryOf(target);
  const detail = detailOf(memory, result.detail);
  if (result.outcome === 'unmade') return { ...result, detail };
  const { certificate, ...rest } = result;
  if (certificate === undefined) return { ...rest, detail };
  const subject = show(certificate.subject, subjectLengthMax, memory.secrets);
  return { ...rest, detail, certificate: { ...certificate, subject } };
}

function show(text: string, lengthMax: number, secrets: RegExp | undefined): Shown {
  // Where it is cut here already, half a secret may be at the end: nothing of the last word is kept.
  const kept = text.length <= rawLengthMax ? text : text.slice(0, rawLengthMax).replace(/\S*$/, '');
  return shown(hideLikely(hideMatches(kept, secrets)), lengthMax);
}

type Memory = {
  readonly secrets: RegExp | undefined;
  last?: { readonly raw: string; readonly detail: Shown };
};

/** A target is asked the same at each of its checks, and mostly answers the same. */
const memories = new WeakMap<CheckTarget, Memory>();

function memoryOf(target: CheckTarget): Memory {
  const known = memories.get(target) ?? { secrets: secretPattern(secretsOf(target)) };
  memories.set(target, known);
  return known;
}

function detailOf(memory: Memory, raw: string): Shown {
  if (memory.last?.raw === raw) return memory.last.detail;
  const detail = show(raw, detailLengthMax, memory.secrets);
  if (raw.length <= detailLengthMax) memory.last = { raw, detail };
  return detail;
}
