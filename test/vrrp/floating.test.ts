// What several routers want to float, as sets.
import { describe, expect, it } from 'vitest';
import { parseRoute, parseRule } from '../../src/net/route.ts';
import { namesIn } from '../../src/vrrp/diff-floating.ts';
import {
  type FloatingRoutes,
  floatingSet,
  isEmpty,
  isSameFloating,
  namesOf,
  without,
} from '../../src/vrrp/floating.ts';

const of = (instance: string, routes: readonly string[], rules: readonly string[] = []): FloatingRoutes => ({
  instance,
  routes: routes.map((text) => parseRoute(text) ?? expect.fail(text)),
  rules: rules.map((text) => parseRule(text) ?? expect.fail(text)),
});

const inside = of(
  'inside',
  ['10.1.0.0/16 via 10.9.0.254', 'blackhole 10.2.0.0/16'],
  ['from 10.9.0.100 table 9'],
);
const outside = of(
  'outside',
  ['blackhole 10.2.0.0/16'],
  ['from 10.9.0.100 table 9', 'from 10.9.0.101 table 9'],
);

describe('what floats with several routers', () => {
  it('is there once, whoever else wants it too', () => {
    expect(namesIn(floatingSet([inside, outside], (route) => ({ route })))).toEqual([
      ...['10.1.0.0/16 via 10.9.0.254', 'blackhole 10.2.0.0/16'],
      ...['rule from 10.9.0.100/32 table 9', 'rule from 10.9.0.101/32 table 9'],
    ]);
  });

  it("is one's alone where no other one wants it", () => {
    expect(namesOf(without(inside, [outside]))).toEqual(['10.1.0.0/16 via 10.9.0.254']);
    expect(namesOf(without(outside, [inside]))).toEqual(['rule from 10.9.0.101/32 table 9']);
    expect(isEmpty(without(inside, [outside, inside]))).toBe(true);
    expect(without(inside, [])).toEqual(inside);
  });

  it('is the same in any order', () => {
    const turned = { ...inside, routes: [...inside.routes].reverse() };
    expect(isSameFloating(inside, turned)).toBe(true);
    expect(isSameFloating(inside, outside)).toBe(false);
    expect(isSameFloating(inside, without(inside, [outside]))).toBe(false);
  });
});
