import { describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../src/health/checks/plan.ts';
import { firstCombined, nextTarget, stepCombined } from '../../src/health/combined.ts';
import { aReal, aVirtual } from '../make/a-virtual.ts';

const results = { s: 'success', f: 'failure', u: 'unmade' } as const;

/** Which checks run while they end as the story says: n for negotiate, c for connect. */
function checksOf(connects: number, story: string): string {
  const plan = checkPlanOf(aVirtual({ checktype: { kind: 'combined', connects } }), aReal());
  let state = firstCombined;
  let run = '';
  for (const letter of story) {
    run += nextTarget(plan, state).target.kind === 'http' ? 'n' : 'c';
    state = stepCombined(plan, state, results[letter as keyof typeof results]);
  }
  return run;
}

describe('checktype N', () => {
  it('makes N connects after each negotiate', () => {
    expect(checksOf(3, 'sssssssss')).toBe('ncccncccn');
    expect(checksOf(1, 'ssss')).toBe('ncnc');
  });
  it('negotiates again after a failed connect', () => {
    expect(checksOf(3, 'ssfss')).toBe('nccnc');
  });
  it('goes on negotiating until one succeeds', () => {
    expect(checksOf(3, 'fffss')).toBe('nnnnc');
  });
  it('repeats a check that could not be made', () => {
    expect(checksOf(2, 'usuuss')).toBe('nncccc');
  });
  it('is plain negotiate with N = 0', () => {
    expect(checksOf(0, 'ssff')).toBe('nnnn');
  });
});
