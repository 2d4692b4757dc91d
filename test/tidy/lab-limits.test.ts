// A limit that a test of the lab sets itself is a guess about a machine, and fails on a busier one: what hangs is ended by
// the limits of vitest.config.ts, and what is waited for has bounds that know the machine (harness/process.ts, `patience`).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { filesUnder, root } from './sources.ts';

/** As the last argument of a test, or among its options. */
const ownLimits = [/^\s*\}?,? ?[\d_]{5,},?\)?;?$/m, /[\s{]timeout: [\d_]{5,}/];

const hasOwnLimit = (text: string): boolean => ownLimits.some((limit) => limit.test(text));

it('knows a limit where it sees one', () => {
  for (const text of ['  }, 60_000);\n', '    120_000,\n  );', 'it(name, { timeout: 120_000 }, act)'])
    expect(hasOwnLimit(text), text).toBe(true);
  expect(hasOwnLimit('  await waitFor(it, { timeoutMs: 30_000 });\n')).toBe(false);
});

it('is set by no test of the lab', () => {
  const tests = filesUnder('test/lab', (path) => path.endsWith('.test.ts'));
  expect(tests.length).toBeGreaterThan(50);
  expect(tests.filter((path) => hasOwnLimit(readFileSync(join(root, path), 'utf8')))).toEqual([]);
});
