import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../src/daemon/pace/rate-limit.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

describe('a rate limit', () => {
  it('says the first at once, and the rest as a count at the end of each window', async () => {
    const time = createVirtualTime();
    const limit = createRateLimit(time, 1000);
    const said: number[] = [];
    for (let i = 0; i < 5; i += 1) limit.note('a', (count) => said.push(count));
    expect(said).toEqual([1]);
    await time.advance(1000);
    expect(said).toEqual([1, 4]);
    limit.note('a', (count) => said.push(count));
    await time.advance(999);
    expect(said).toEqual([1, 4]);
    await time.advance(1);
    expect(said).toEqual([1, 4, 1]);
  });

  it('starts anew after a silent window', async () => {
    const time = createVirtualTime();
    const limit = createRateLimit(time, 1000);
    const said: number[] = [];
    limit.note('a', (count) => said.push(count));
    await time.advance(1000);
    limit.note('a', (count) => said.push(count));
    expect(said).toEqual([1, 1]);
  });

  it('keeps things apart, up to 64 of them; the rest share one', () => {
    const limit = createRateLimit(createVirtualTime(), 1000);
    let said = 0;
    for (let i = 0; i < 1000; i += 1) limit.note(`key ${i}`, () => (said += 1));
    expect(said).toBe(65);
  });

  it('hides nothing when it ends', () => {
    const limit = createRateLimit(createVirtualTime(), 1000);
    const said: number[] = [];
    for (let i = 0; i < 3; i += 1) limit.note('a', (count) => said.push(count));
    limit.close();
    expect(said).toEqual([1, 2]);
  });
});
