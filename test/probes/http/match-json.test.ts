import { describe, expect, it } from 'vitest';
import { parseJsonTest } from '../../../src/config/values/json-test.ts';
import { judgeJson } from '../../../src/probes/http/match-json.ts';

const document = JSON.stringify({
  status: 'ok',
  empty: null,
  ready: true,
  checks: [{ lag: 7 }, { lag: 40 }],
  'a key': { b: 'x' },
});
const judge = (text: string, body = document) => {
  const test = parseJsonTest(text) ?? expect.fail(`no test: ${text}`);
  return judgeJson(test, body);
};

describe('a JSON document', () => {
  it.each([
    ...['$', '$.status', '$.empty', '$.status == "ok"', '$.status != "down"', '$.ready == true'],
    ...['$.checks[0].lag < 30', '$.checks[1].lag >= 40', '$.checks[1].lag <= 40', '$["a key"].b > "w"'],
    ...['$.empty == null', '$.checks[1].lag > 39.5', '$.ready != 1'],
  ])('passes %s', (text) => {
    expect(judge(text)).toBeUndefined();
  });
  it.each([
    ['$.status == "OK"', 'it is "ok"'],
    ['$.checks[1].lag < 30', 'it is 40'],
    ['$.ready == "true"', 'it is true'],
    ['$.status > 3', 'it is "ok"'],
    ['$.checks[2].lag < 30', 'nothing is there'],
    ['$.nowhere.else', 'nothing is there'],
    ['$.nowhere != 1', 'nothing is there'],
    ['$.toString', 'nothing is there'],
    ['$.status.length == 2', 'nothing is there'],
    ['$.checks.length', 'nothing is there'],
  ])('fails %s: %s', (text, reason) => {
    expect(judge(text)).toBe(reason);
  });
  it('must be one', () => {
    expect(judge('$', 'OK')).toBe('the body is no JSON');
    expect(judge('$', '')).toBe('the body is no JSON');
    expect(judge('$', '['.repeat(200_000))).toBe('the body is no JSON');
    expect(judge('$.a', `${'['.repeat(5000)}${']'.repeat(5000)}`)).toBe('nothing is there');
  });
});
