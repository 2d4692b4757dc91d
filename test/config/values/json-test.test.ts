import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonTest } from '../../../src/config/values/json-test.ts';
import { parseStatusRanges } from '../../../src/config/values/status-ranges.ts';

describe('a JSON test', () => {
  it.each([
    ['$', [], undefined],
    ['$.status == "ok"', ['status'], { operator: '==', value: 'ok' }],
    ["$.status == 'ok'", ['status'], { operator: '==', value: 'ok' }],
    ['$.checks[0].lag < 30', ['checks', 0, 'lag'], { operator: '<', value: 30 }],
    ['$["a key"]["b\\"c"]>=1.5', ['a key', 'b"c'], { operator: '>=', value: 1.5 }],
    ["$['a.b'] != null", ['a.b'], { operator: '!=', value: null }],
    ['$.ready == true', ['ready'], { operator: '==', value: true }],
    ['$.x == "a == b"', ['x'], { operator: '==', value: 'a == b' }],
  ] as const)('%s', (text, path, comparison) => {
    expect(parseJsonTest(text)).toEqual({ path, ...(comparison !== undefined && { comparison }), text });
  });
  it.each([
    ...['status', '', '$..a', '$.*', '$[*]', '$.a ==', '$.a = 1', '$.a == ok', '$.a == [1]', '$.a == {}'],
    ...['$.a < true', '$.a < null', '$[-1]', "$['a", '$.a == "b" x', '$.1a'],
  ])('is not %s', (text) => {
    expect(parseJsonTest(text)).toBeUndefined();
  });
  it('of any text is one or none, and never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseJsonTest(`$${text}`)));
  });
});

describe('HTTP statuses', () => {
  it.each([
    ['200', [[200, 200]]],
    [
      '200-299, 401',
      [
        [200, 299],
        [401, 401],
      ],
    ],
    ['100-599', [[100, 599]]],
  ] as const)('%s', (text, ranges) => {
    expect(parseStatusRanges(text)).toEqual(ranges);
  });
  it.each(['', '99', '600', '299-200', '200-', '2xx', '200,,300', '200 300'])('are not %j', (text) => {
    expect(parseStatusRanges(text)).toBeUndefined();
  });
});
