import { expect, it } from 'vitest';
import { createReloads } from '../../src/daemon/reloads.ts';

type Options = { readonly empty: boolean };

function started() {
  const begun: Options[] = [];
  const finish: (() => void)[] = [];
  const reloads = createReloads<Options, number>(
    (options) =>
      new Promise((resolve) => {
        begun.push(options);
        const number = begun.length;
        finish.push(() => resolve(number));
      }),
    (a, b) => a.empty === b.empty,
  );
  return { begun, finish, reloads };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));
const plain = { empty: false };

it('one that has not begun answers all who ask meanwhile; one that has begun may have read an older file', async () => {
  const { begun, finish, reloads } = started();
  const first = reloads(plain);
  await settled();
  const storm = Array.from({ length: 1000 }, () => reloads(plain));
  expect(begun).toHaveLength(1);
  finish[0]?.();
  expect(await first).toBe(1);
  await settled();
  finish[1]?.();
  expect(new Set(await Promise.all(storm))).toEqual(new Set([2]));
  expect(begun).toHaveLength(2);
});

it('one that may take everything away answers for no other one', async () => {
  const { begun, finish, reloads } = started();
  const answers = [reloads(plain), reloads({ empty: true }), reloads(plain)];
  await settled();
  finish[0]?.();
  await settled();
  finish[1]?.();
  expect(await Promise.all(answers)).toEqual([1, 2, 1]);
  expect(begun).toEqual([plain, { empty: true }]);
});

it('one that fails does not hold up the next', async () => {
  let count = 0;
  const reloads = createReloads<Options, number>(
    async () => {
      count += 1;
      if (count === 1) throw new Error('x');
      return count;
    },
    () => false,
  );
  const first = reloads(plain);
  const second = reloads(plain);
  await expect(first).rejects.toThrow('x');
  expect(await second).toBe(2);
});
