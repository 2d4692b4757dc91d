import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/net/raw-bytes.ts';
import {
  type Asker,
  matchBody,
  matcherOfBeginnings,
  matchLines,
} from '../../../src/probes/match/match-body.ts';

const asks = (server: string, withinMs = 30_000): Asker => ({
  signal: AbortSignal.timeout(withinMs),
  server,
  judge: (work) => work,
});
/** Where neither deadline nor neighbours matter. */
const alone = () => asks('192.168.6.2 80');

/** Beyond RE2, so that it runs where it can be ended; without end on `trap`, quick on anything else. */
const endless = '^(?=x)(x+x+)+y';
const trap = 'x'.repeat(60);

describe('receive', () => {
  it('is a regular expression without flags or anchors', async () => {
    expect(await matchBody('^a.c', 'xabc', alone())).toBe('no');
    expect(await matchBody('a.c', 'xabc', alone())).toBe('yes');
    expect(await matchBody('A.c', 'xabc', alone())).toBe('no');
    expect(await matchBody('^b', 'a\nb', alone())).toBe('no');
    expect(await matchBody('a+b', 'aab', alone())).toBe('yes');
    expect(await matchBody('(a)\\1', 'aa', alone())).toBe('yes');
  });
  it('without special characters is searched as it is', async () => {
    expect(await matchBody('Test Page', '<h1>Test Page</h1>', alone())).toBe('yes');
    expect(await matchBody('Test Page', 'test page', alone())).toBe('no');
  });
  it('may be written as in Perl', async () => {
    expect(await matchBody('(?i)test page', '<h1>Test Page</h1>', alone())).toBe('yes');
    expect(await matchBody(String.raw`\Aok\z`, 'ok\n', alone())).toBe('no');
    expect(await matchBody('v[[:digit:]]+$', 'v12', alone())).toBe('yes');
    for (const pattern of ['^ok$', '^(?:ok|up)$', '^ok+$', '^(?=o)ok$']) {
      expect(await matchBody(pattern, 'ok\n', alone())).toBe('yes');
      expect(await matchBody(pattern, 'ok\r\n', alone())).toBe('no');
    }
    expect(await matchBody(String.raw`ok$\n\z`, 'ok\n', alone())).toBe('yes');
  });
  it('that is no regular expression is said to be none', async () => {
    expect(await matchBody('(', 'x', alone())).toBe('badPattern');
  });
  it('is compared by bytes where it or the text is no text', async () => {
    const [e, a] = [0xe9, 0xe0].map((byte) => decodeText(Buffer.from([byte])));
    expect(await matchBody(`caf${e}$`, `caf${e}\n`, alone())).toBe('yes');
    expect(await matchBody(`caf${e}`, `caf${a}`, alone())).toBe('no');
    expect(await matchBody('^é.$', `é${e}`, alone())).toBe('yes');
    expect(await matchBody('^..$', 'é', alone())).toBe('no');
    expect(await matchBody(`é|${e}`, 'é', alone())).toBe('yes');
  });
  it('looks at each line by itself', async () => {
    expect(await matchLines('^b+$', ['a', 'bb'], alone())).toBe('yes');
    expect(await matchLines('^(?=b)b$', ['a', 'bb'], alone())).toBe('no');
  });
});

describe('a beginning', () => {
  it.each([
    'ok',
    String.raw`o\.k|up`,
    '^(?:ok|up)+',
    '(?i)ok',
    '(?m)^ok',
    String.raw`ok\R`,
    '[$]',
    String.raw`\$`,
    '(?:a|b)\\\\b',
  ])('that %s matches is enough', async (pattern) =>
    expect(await matcherOfBeginnings(pattern)).toBeDefined(),
  );
  it.each([
    'ok$',
    String.raw`ok\b`,
    String.raw`ok\z`,
    String.raw`ok\Z`,
    '(?m)ok$',
    'ok(?!x)',
    String.raw`(o)k\1`,
  ])('of a text says nothing of the whole with %s', async (pattern) =>
    expect(await matcherOfBeginnings(pattern)).toBeUndefined(),
  );
});

describe('what backtracks without end in other engines', () => {
  const long = 'a'.repeat(256 * 1024);
  it.each([
    ['(a+)+$', `${long}!`],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', long],
    ['(a|aa)+b', `${long}b?`],
    ['(.*)*q', `${long}q`],
    [`(?:a?){60}a{60}`, long],
  ])('%s is answered, on the longest body', async (pattern, body) => {
    expect(['yes', 'no']).toContain(await matchBody(pattern, body, alone()));
  });
  it('is answered without a worker, where text or pattern is small', async () => {
    const { Worker } = await import('node:worker_threads');
    expect(Worker).toBeDefined();
    expect(await matchBody('(a+)+$', `${'a'.repeat(2000)}!`, asks('x', 0))).toBe('no');
  });
});

describe('a text that takes for ever', () => {
  it('is its own server’s failure: others with the same pattern are answered meanwhile, and ever after', async () => {
    const hostile = ['a', 'b', 'c'].map((server) => matchBody(endless, trap, asks(server)));
    const healthy = ['d', 'e', 'f', 'g'].map((server) => matchBody(endless, 'xxy', asks(server)));
    expect(await Promise.all(healthy)).toEqual(['yes', 'yes', 'yes', 'yes']);
    expect(await Promise.all(hostile)).toEqual(['tooSlow', 'tooSlow', 'tooSlow']);
    // From now on they are known: nobody else waits for them at all.
    const again = ['a', 'b', 'c'].map((server) => matchBody(endless, trap, asks(server)));
    let ended = 0;
    for (const each of again) void each.then(() => (ended += 1));
    for (const server of ['d', 'e', 'h']) expect(await matchBody(endless, 'xxy', asks(server))).toBe('yes');
    expect(ended).toBeLessThan(3);
    expect(await Promise.all(again)).toEqual(['tooSlow', 'tooSlow', 'tooSlow']);
  });
  it('counts for as long as its server sends it: well again, it is answered', async () => {
    expect(await matchBody(endless, trap, asks('i'))).toBe('tooSlow');
    expect(await matchBody(endless, 'xxy', asks('i'))).toBe('yes');
    expect(await matchBody(endless, 'xx', asks('i'))).toBe('no');
  });
  it('leaves those without a turn unjudged when their time is over', async () => {
    const first = Array.from({ length: 8 }, (_, i) => matchBody(endless, trap, asks(`first ${i}`)));
    expect(await matchBody(endless, 'xxy', asks('late', 20))).toBe('noTurn');
    expect(new Set(await Promise.all(first))).toEqual(new Set(['tooSlow']));
  });
  it('is too slow, and no matter of turns, when its deadline comes while it runs', async () => {
    expect(await matchBody(endless, trap, asks('j', 20_000))).toBe('tooSlow');
  });
});
