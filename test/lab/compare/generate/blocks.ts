// What generated keepalived.conf files are made of: statements with blocks, and values that are mostly right and sometimes
// odd. Every choice is fast-check's, so that a seed names a file.
import fc from 'fast-check';

export type Node = { readonly text: string; readonly block?: readonly Node[] };
export type Making = fc.Arbitrary<Node>;
export type Keys = Readonly<Record<string, fc.Arbitrary<string>>>;

export const one = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

/** Mostly the first, sometimes the second. */
export const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, share = 12): fc.Arbitrary<T> =>
  fc.oneof({ weight: share, arbitrary: usual }, { weight: 1, arbitrary: rare });

const oddNumbers = one('0', '-1', 'x', '65536', '1.5', '.5', '+3', '0x10', '007');

/** A number within its bounds, at them, beside them, or none. */
export const number = (min: number, max: number): fc.Arbitrary<string> =>
  mostly(
    fc.oneof(fc.integer({ min, max }), one(min, max)).map(String),
    fc.oneof(one(min - 1, max + 1).map(String), oddNumbers),
  );

export const decimal = (...usual: readonly string[]): fc.Arbitrary<string> =>
  mostly(one(...usual), fc.oneof(oddNumbers, one('1.', '0.0004', '1000.5', '2.0000001')));

/** A keyword alone, or with a word of truth. */
export const flag: fc.Arbitrary<string> = mostly(
  one('', ''),
  one('yes', 'no', 'on', 'off', 'true', 'false', 'maybe'),
  3,
);
export const bare: fc.Arbitrary<string> = one('');

export const words = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((all) => all.filter((part) => part !== '').join(' '));

export const leaf = (key: string, value: fc.Arbitrary<string>): Making =>
  value.map((text) => ({ text: text === '' ? key : `${key} ${text}` }));

export const inside = (head: fc.Arbitrary<string>, block: fc.Arbitrary<readonly Node[]>): Making =>
  fc.tuple(head, block).map(([text, body]) => ({ text, block: body }));

export const lines = (line: fc.Arbitrary<string>, most = 3): fc.Arbitrary<readonly Node[]> =>
  fc.array(line, { minLength: 0, maxLength: most }).map((all) => all.map((text) => ({ text })));

/** Some of the keys in any order; now and then one of them twice. */
export const some = (keys: Keys, most = 4): fc.Arbitrary<readonly Node[]> => {
  const makings = Object.entries(keys).map(([key, value]) => leaf(key, value));
  return fc.array(fc.oneof(...makings), { maxLength: most });
};

export const all = (
  ...parts: readonly fc.Arbitrary<Node | readonly Node[]>[]
): fc.Arbitrary<readonly Node[]> => fc.tuple(...parts).map((found) => found.flat());

export const maybe = (making: Making, share = 3): fc.Arbitrary<readonly Node[]> =>
  fc.oneof(
    { weight: share, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: making.map((node) => [node]) },
  );

/** In any order. */
export const shuffled = (block: fc.Arbitrary<readonly Node[]>): fc.Arbitrary<readonly Node[]> =>
  fc.tuple(block, fc.nat()).map(([nodes, seed]) => {
    const mixed = [...nodes];
    let state = seed;
    for (let i = mixed.length - 1; i > 0; i -= 1) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      const j = state % (i + 1);
      [mixed[i], mixed[j]] = [mixed[j] as Node, mixed[i] as Node];
    }
    return mixed;
  });
