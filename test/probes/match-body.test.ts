import { describe, expect, it } from 'vitest';
import { matchBody } from '../../src/probes/match-body.ts';

const soon = () => AbortSignal.timeout(5000);
const catastrophic = '^(x+x+)+y';
const trap = 'x'.repeat(60);

describe('receive', () => {
  it('is a regular expression without flags or anchors', async () => {
    expect(await matchBody('^a.c', 'xabc', soon())).toBe('no');
    expect(await matchBody('a.c', 'xabc', soon())).toBe('yes');
    expect(await matchBody('A.c', 'xabc', soon())).toBe('no');
    expect(await matchBody('^b', 'a\nb', soon())).toBe('no');
  });
  it('without special characters is searched as it is', async () => {
    expect(await matchBody('Test Page', '<h1>Test Page</h1>', soon())).toBe('yes');
    expect(await matchBody('Test Page', 'test page', soon())).toBe('no');
  });
  it('that is no regular expression is said to be none', async () => {
    expect(await matchBody('(', 'x', soon())).toBe('badPattern');
  });
});

describe('a catastrophic pattern', () => {
  it('is given up, and neither stalls the loop nor delays other patterns', async () => {
    const begun = performance.now();
    const slow = Promise.all([matchBody(catastrophic, trap, soon()), matchBody(catastrophic, trap, soon())]);
    let longestMs = 0;
    let last = performance.now();
    const pulse = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    expect(await matchBody('a+b', 'aab', soon())).toBe('yes');
    expect(performance.now() - begun).toBeLessThan(1500);
    expect(await slow).toEqual(['tooSlow', 'tooSlow']);
    clearInterval(pulse);
    expect(longestMs).toBeLessThan(200);
  });
  it('once known is kept apart: the others do not wait for it at all', async () => {
    const slow = matchBody(catastrophic, trap, AbortSignal.timeout(900));
    const begun = performance.now();
    expect(await matchBody('a+b', 'aab', soon())).toBe('yes');
    expect(performance.now() - begun).toBeLessThan(240);
    expect(await slow).toBe('tooSlow');
  });
  it('ends with the deadline of its check while it waits its turn', async () => {
    const first = matchBody(catastrophic, trap, AbortSignal.timeout(400));
    const begun = performance.now();
    expect(await matchBody(catastrophic, trap, AbortSignal.timeout(100))).toBe('tooSlow');
    expect(performance.now() - begun).toBeLessThan(350);
    await first;
  });
});
