import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  bodyBytesMax,
  createAnswerKeeper,
  digestBytesMax,
  headersOf,
} from '../../../src/probes/http/http-answer.ts';

const head = { status: 200, headers: new Map([['server', 'x']]) };

describe('of a body', () => {
  it('what fits is kept whole, in whatever pieces it came', () => {
    const keeper = createAnswerKeeper(head, { wish: 'start' });
    expect([keeper.take(Buffer.from('Test ')), keeper.take(Buffer.from('Page'))]).toEqual(['more', 'more']);
    expect(keeper.kept()).toEqual({ ...head, body: Buffer.from('Test Page'), cut: false });
  });
  it('of just the bound nothing is cut off, of one byte more it is, and more is not wanted', () => {
    const keeper = createAnswerKeeper(head, { wish: 'start' });
    expect(keeper.take(Buffer.alloc(bodyBytesMax))).toBe('more');
    expect(keeper.kept()).toMatchObject({ cut: false });
    expect(keeper.take(Buffer.alloc(1))).toBe('enough');
    expect(keeper.kept()).toMatchObject({ cut: true, body: { length: bodyBytesMax } });
  });
  it('the digest is of all of it, though only the start is kept', () => {
    const body = Buffer.alloc(bodyBytesMax + 1, 'x');
    const keeper = createAnswerKeeper(head, { wish: 'digest' });
    expect(keeper.take(body)).toBe('more');
    const digest = createHash('md5').update(body).digest('hex');
    expect(keeper.kept()).toMatchObject({ digest, cut: true, body: { length: bodyBytesMax } });
  });
  it('there is a digest up to its bound, and none beyond', () => {
    const full = createAnswerKeeper(head, { wish: 'digest' });
    expect(full.take(Buffer.alloc(digestBytesMax))).toBe('more');
    expect(full.kept().digest).toBeDefined();
    const beyond = createAnswerKeeper(head, { wish: 'digest' });
    expect(beyond.take(Buffer.alloc(digestBytesMax + 1))).toBe('enough');
    expect(beyond.kept().digest).toBeUndefined();
  });
});

it('headers have names in lower case, and one value each', () => {
  const raw = { Server: 'x', 'set-cookie': ['a=1', 'b=2'], 'X-None': undefined };
  expect([...headersOf(raw)]).toEqual([
    ['server', 'x'],
    ['set-cookie', 'a=1, b=2'],
  ]);
});
