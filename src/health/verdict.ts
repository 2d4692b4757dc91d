// Whether a real server may serve, judged from the results of its checks one by one (rise and fall).
// Pure; does not know what a check is, when it runs, or what becomes of the server.
import type { ProbeResult } from '../model/probe-result.ts';
import type { Verdict } from '../model/verdict.ts';

export type VerdictState = {
  readonly verdict: Verdict;
  /** Nothing counts against it yet (new, check changed, back from maintenance): one success brings it up. */
  readonly provisional: boolean;
  /** It served before anything was verified (an adopted table): only `fall` failures take it out. */
  readonly adopted: boolean;
  /** Consecutive; one of the two is always 0. */
  readonly successes: number;
  readonly failures: number;
};

/** Consecutive results that change the verdict: successes to come back, failures to go. Both at least 1. */
export type Thresholds = { readonly rise: number; readonly fall: number };

export type VerdictEffect =
  | { readonly type: 'cameUp'; readonly detail: string }
  | { readonly type: 'wentDown'; readonly detail: string; readonly failures: number }
  /** It fails but still serves. */
  | { readonly type: 'failing'; readonly detail: string; readonly failures: number; readonly fall: number }
  | { readonly type: 'unchecked'; readonly detail: string };

export type VerdictStep = { readonly state: VerdictState; readonly effects: readonly VerdictEffect[] };

/** A server that no check has judged. @param adopted whether the kernel's table already served it. */
export const unverified = (adopted: boolean): VerdictState => ({
  verdict: 'unverified',
  provisional: true,
  adopted,
  successes: 0,
  failures: 0,
});

/** Failures count against it, and have not taken it out. */
export const isFailing = ({ verdict, failures }: VerdictState): boolean => failures > 0 && verdict !== 'down';

/** The state after one more result. An unmade check says nothing of the server and changes nothing. */
export function stepVerdict(state: VerdictState, result: ProbeResult, limits: Thresholds): VerdictStep {
  switch (result.outcome) {
    case 'success':
      return succeeded(state, result.detail, limits.rise);
    case 'failure':
      return failed(state, result.detail, limits.fall);
    case 'unmade':
      return { state, effects: [{ type: 'unchecked', detail: result.detail }] };
  }
}

/**
 * The check itself changed: what the old one saw no longer counts, but the server keeps its place until the
 * new one has judged. A server that is out comes back with its first success.
 */
export const questioned = (state: VerdictState): VerdictState => ({
  ...state,
  provisional: true,
  successes: 0,
  failures: 0,
});

/** Out by order, not by failure (maintenance): the first success afterwards brings it back, as in ldirectord. */
export const withheld = (state: VerdictState): VerdictState => ({
  ...questioned(state),
  verdict: 'down',
  adopted: false,
});

function succeeded(state: VerdictState, detail: string, rise: number): VerdictStep {
  const successes = state.successes + 1;
  const counted = { ...state, successes, failures: 0 };
  if (state.verdict === 'up') return { state: { ...counted, provisional: false }, effects: [] };
  if (successes < (state.provisional ? 1 : rise)) return { state: counted, effects: [] };
  return {
    state: { ...counted, verdict: 'up', provisional: false, adopted: false },
    effects: [{ type: 'cameUp', detail }],
  };
}

function failed(state: VerdictState, detail: string, fall: number): VerdictStep {
  const failures = state.failures + 1;
  const counted = { ...state, successes: 0, failures };
  if (state.verdict === 'down') return { state: { ...counted, provisional: false }, effects: [] };
  const serves = state.verdict === 'up' || state.adopted;
  if (serves && failures < fall) {
    return { state: counted, effects: [{ type: 'failing', detail, failures, fall }] };
  }
  return {
    state: { ...counted, verdict: 'down', provisional: false, adopted: false },
    effects: [{ type: 'wentDown', detail, failures }],
  };
}
