// quorum, hysteresis, quorum_up and quorum_down of a virtual_server (docs/reference/keepalived.md §5). What keepalived
// corrects while it reads, it corrects here as well, and a note says so.
import type { Fields, Noting } from '../converted.ts';
import { upAndDownOf } from './commands.ts';
import { digitsWithin, isPlainNumber, lastFitting, type Statement, wordOf } from './tree.ts';

export const quorumKeys = ['quorum', 'hysteresis', 'quorum_up', 'quorum_down'] as const;

/** @param weights of the real servers, as they were converted. */
export function quorumOf({ block, at }: Statement, weights: readonly number[], note: Noting): Fields {
  if (weights.length > 0 && weights.every((weight) => weight === 0))
    note(
      at,
      'approximate',
      'quorum: 1, as all weights are 0; keepalived makes 0 of it, which it never loses',
    );
  return { ...limitsOf(block, weights, note), ...upAndDownOf(block, 'quorum', note) };
}

/** A quorum of 1 without more is what holds anyway. */
function limitsOf(block: Statement['block'], weights: readonly number[], note: Noting): Fields {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const quorum = numberOf(numberIn(block, 'quorum', 1), 1, sum, note);
  const hysteresis = numberOf(numberIn(block, 'hysteresis', 0), 0, quorum - 1, note);
  if (wordOf(block, 'quorum') === undefined || (quorum === 1 && hysteresis === 0)) return {};
  return { quorum: `${quorum}`, hysteresis: hysteresis === 0 ? undefined : `${hysteresis}` };
}

const numberIn = (block: Statement['block'], key: string, least: number) =>
  lastFitting(block, key, (text) => digitsWithin(text, least, 0xffff_ffff) !== undefined);

function numberOf(statement: Statement | undefined, unset: number, max: number, note: Noting): number {
  const text = statement?.words[0];
  const value = digitsWithin(text, unset, 0xffff_ffff);
  if (statement === undefined || text === undefined || value === undefined) return unset;
  const kept = Math.max(unset, Math.min(value, max));
  if (kept !== value || !isPlainNumber(text))
    note(statement.at, 'mended', `${statement.key} ${text}: ${kept}, as keepalived makes of it`);
  return kept;
}
