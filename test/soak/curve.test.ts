// What grows is found, what only goes up and down is not, and who is young is not judged.
import { describe, expect, it } from 'vitest';
import { formatSlopes, gainMax, type Look, slopesOf, verdictOn, youthMs } from './curve.ts';

const minute = 60_000;
const looks = (minutes: number, change: (at: number) => Partial<Look> = () => ({})): readonly Look[] =>
  Array.from({ length: minutes * 6 }, (_, index) => ({
    at: index * 10_000,
    process: 'lvs1 main 7',
    ...{ rssKb: 80_000, pssKb: 50_000, descriptors: 27, timers: 9, lateMs: 3 },
    ...change(index * 10_000),
  }));
const growing = (all: readonly Look[]) =>
  slopesOf(all)
    .filter(({ flat }) => flat === false)
    .map(({ what }) => what);

describe('the curve of a process', () => {
  it('is flat where nothing grows', () => {
    expect(growing(looks(60))).toEqual([]);
    expect(slopesOf(looks(60)).every(({ flat }) => flat === true)).toBe(true);
  });

  it.each(Object.entries(gainMax) as [keyof typeof gainMax, number][])(
    'tells %s that gains a little more than its bound in an hour, and not what gains less',
    (what, gain) => {
      const gains = (by: number) => looks(60, (at) => ({ [what]: 1000 + (by * at) / (60 * minute) }));
      expect(growing(gains(gain * 1.1))).toEqual([what]);
      expect(growing(gains(gain * 0.9))).toEqual([]);
    },
  );

  it('may be a saw, and may rise while it is young', () => {
    expect(growing(looks(60, (at) => ({ rssKb: 80_000 + ((at / 10_000) % 12) * 3000 })))).toEqual([]);
    expect(growing(looks(60, (at) => ({ rssKb: 80_000 + Math.min(at, youthMs) / 2 })))).toEqual([]);
  });

  it('of a short life says nothing', () => {
    const all = slopesOf(looks(10, (at) => ({ rssKb: at })));
    expect(all.every(({ flat }) => flat === undefined)).toBe(true);
    expect(formatSlopes(all)).toContain('too young');
    expect(verdictOn(all)).toContain('no process lived long enough');
    expect(verdictOn(slopesOf(looks(60)))).toContain('nothing grows in the 1');
    expect(verdictOn(slopesOf(looks(60, (at) => ({ rssKb: at }))))).toBe('GROWS: rssKb of lvs1 main 7');
  });

  it('is told of the oldest processes', () => {
    const young = looks(3).map((look) => ({ ...look, process: 'lvs2 main 9' }));
    const text = formatSlopes(slopesOf([...young, ...looks(60)]), 1);
    expect(text).toContain('lvs1 main 7');
    expect(text).not.toContain('lvs2 main 9');
  });
});
