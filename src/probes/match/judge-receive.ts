// What it means that `receive` could not be compared with what a server sent, in the same words for every check.
import type { ProbeResult } from '../../model/probe-result.ts';
import { failure, unmade } from '../talk/judge-error.ts';
import type { MatchOutcome } from './match-in-turn.ts';

/** @param what was looked at: "HTTP 200 (65 bytes)" */
export function judgeUnmatched(
  outcome: Exclude<MatchOutcome, 'yes' | 'no'>,
  receive: string,
  what: string,
): ProbeResult {
  switch (outcome) {
    case 'tooSlow':
      return failure(`${what}, receive takes too long to match`);
    case 'noTurn':
      return unmade(`${what}, receive was not compared in time: others take too long`);
    case 'badPattern':
      return unmade(`receive is no regular expression: ${receive}`);
  }
}
