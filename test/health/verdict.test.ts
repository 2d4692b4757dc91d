import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  questioned,
  stepVerdict,
  unverified,
  type VerdictState,
  withheld,
} from '../../src/health/verdict.ts';
import type { ProbeResult } from '../../src/model/probe-result.ts';

const limits = { rise: 2, fall: 3 };
const results = { s: 'success', f: 'failure', u: 'unmade' } as const;

/** Runs a story ("ssf") and tells what was said of it, in order. */
function run(start: VerdictState, story: string, thresholds = limits) {
  let state = start;
  const said: string[] = [];
  for (const letter of story) {
    const outcome = results[letter as keyof typeof results];
    const step = stepVerdict(state, { outcome, detail: letter }, thresholds);
    state = step.state;
    said.push(...step.effects.map(({ type }) => type));
  }
  return { state, verdict: state.verdict, said };
}
const up = run(unverified(false), 's').state;
const down = run(unverified(false), 'f').state;

describe('a server that nothing has judged', () => {
  it('comes up with its first success, whatever rise says', () => {
    expect(run(unverified(false), 's')).toMatchObject({ verdict: 'up', said: ['cameUp'] });
  });
  it('is down with its first failure, whatever fall says', () => {
    expect(run(unverified(false), 'f')).toMatchObject({ verdict: 'down', said: ['wentDown'] });
  });
  it('stays unverified while checks cannot be made', () => {
    expect(run(unverified(false), 'uu')).toMatchObject({
      verdict: 'unverified',
      said: ['unchecked', 'unchecked'],
    });
  });
  it('goes only after fall failures where an adopted table serves it', () => {
    expect(run(unverified(true), 'ff')).toMatchObject({
      verdict: 'unverified',
      said: ['failing', 'failing'],
    });
    expect(run(unverified(true), 'fff').verdict).toBe('down');
    expect(run(unverified(true), 'ffs').verdict).toBe('up');
  });
});

describe('fall', () => {
  it('takes a server down at the fall-th failure in a row, not before', () => {
    expect(run(up, 'ff')).toMatchObject({ verdict: 'up', said: ['failing', 'failing'] });
    expect(run(up, 'fff')).toMatchObject({ verdict: 'down', said: ['failing', 'failing', 'wentDown'] });
  });
  it('counts anew after a success', () => {
    expect(run(up, 'ffsff').verdict).toBe('up');
  });
  it('is not disturbed by a check that could not be made', () => {
    expect(run(up, 'fufuf').verdict).toBe('down');
  });
  it('says nothing more of a server that is down already', () => {
    expect(run(down, 'fff').said).toEqual([]);
  });
});

describe('rise', () => {
  it('brings a server back at the rise-th success in a row, not before', () => {
    expect(run(down, 's')).toMatchObject({ verdict: 'down', said: [] });
    expect(run(down, 'ss')).toMatchObject({ verdict: 'up', said: ['cameUp'] });
  });
  it('counts anew after a failure', () => {
    expect(run(down, 'sfs').verdict).toBe('down');
  });
});

describe('a check that changed', () => {
  it('leaves the server its place, and takes it only by fall failures of the new check', () => {
    const failing = run(up, 'ff').state;
    expect(run(questioned(failing), '').verdict).toBe('up');
    expect(run(questioned(failing), 'ff').verdict).toBe('up');
    expect(run(questioned(failing), 'fff').verdict).toBe('down');
  });
  it('brings a server that was down back with one success', () => {
    expect(run(questioned(down), 's').verdict).toBe('up');
  });
});

describe('maintenance', () => {
  it('takes a server out at once', () => {
    expect(withheld(up).verdict).toBe('down');
  });
  it('ends with the first success', () => {
    expect(run(withheld(up), 's').verdict).toBe('up');
  });
  it('once a check has failed after it, rise counts again', () => {
    expect(run(withheld(up), 'fs').verdict).toBe('down');
  });
});

describe('for every story', () => {
  const story = fc
    .array(fc.constantFrom('s', 'f', 'u'), { maxLength: 40 })
    .map((letters) => letters.join(''));
  const thresholds = fc.record({
    rise: fc.integer({ min: 1, max: 5 }),
    fall: fc.integer({ min: 1, max: 5 }),
  });

  it('the verdict is what the last run of equal results says', () => {
    fc.assert(
      fc.property(story, thresholds, (letters, { rise, fall }) => {
        expect(run(unverified(false), letters, { rise, fall }).verdict).toBe(
          expectedVerdict(letters.replaceAll('u', ''), rise, fall),
        );
      }),
    );
  });
  it('cameUp and wentDown alternate, and one of the two counts is 0', () => {
    fc.assert(
      fc.property(story, thresholds, fc.boolean(), (letters, limits, adopted) => {
        const { said, state } = run(unverified(adopted), letters, limits);
        const turns = said.filter((type) => type === 'cameUp' || type === 'wentDown');
        expect(turns.every((type, index) => type !== turns[index - 1])).toBe(true);
        expect(Math.min(state.successes, state.failures)).toBe(0);
      }),
    );
  });
  it('an unmade check changes nothing', () => {
    fc.assert(
      fc.property(story, thresholds, (letters, limits) => {
        const { state } = run(unverified(false), letters, limits);
        const unmade: ProbeResult = { outcome: 'unmade', detail: '' };
        expect(stepVerdict(state, unmade, limits).state).toEqual(state);
      }),
    );
  });
});

/** The rule said another way: the latest run that is long enough decides, else the first result. */
function expectedVerdict(letters: string, rise: number, fall: number) {
  if (letters === '') return 'unverified';
  const runs = letters.match(/s+|f+/g) ?? [];
  const decisive = runs.findLast((run) => run.length >= (run[0] === 's' ? rise : fall)) ?? letters;
  return decisive[0] === 's' ? 'up' : 'down';
}
