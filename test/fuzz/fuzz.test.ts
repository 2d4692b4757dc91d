// Each target of targets.ts with what is known (its corpus, regressions by name) and with inputs that are nearly right. Short in
// `make test`, always the same ones; `make fuzz` goes on for FUZZ_SECONDS with a seed of its own, which is said: SEED=n replays.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filesUnder, isTypeScript, read, root } from '../tidy/sources.ts';
import { budgetOf, patienceMs, seed } from './budget.ts';
import { mutated } from './mutations.ts';
import type { Target } from './target.ts';
import { runElsewhere, targets } from './targets.ts';

const runs = 150;

const found = join(root, '.lab/fuzz');
const regressions = join(root, 'test/fuzz/regressions');
const fileName = (name: string) => name.replaceAll(/\W+/g, '-');

/** What was found is kept, to become a regression under a name that says what was wrong. */
async function fuzz({ name, corpus, attempt }: Target): Promise<void> {
  const details = await fc.check(
    fc.asyncProperty(mutated(corpus), async (input) => attempt(input)),
    budgetOf(runs, targets.length),
  );
  if (!details.failed) return;
  const [input = new Uint8Array()] = details.counterexample ?? [];
  mkdirSync(found, { recursive: true });
  const file = join(found, `${fileName(name)}-${seed}`);
  writeFileSync(file, input);
  const reason = details.errorInstance instanceof Error ? details.errorInstance.stack : '';
  throw new Error(`${name}, SEED=${seed}: ${file} (${input.length} bytes)\n${reason}`);
}

describe('a decoder, a reader', () => {
  it.each(targets)('$name: takes what it is made for', async ({ corpus, attempt }) => {
    for (const input of corpus) await attempt(input);
  });

  it.each(targets)('$name: takes what once was wrong', async ({ name, attempt }) => {
    const folder = join(regressions, fileName(name));
    const files = existsSync(folder) ? readdirSync(folder) : [];
    for (const file of files) await attempt(readFileSync(join(folder, file)));
  });

  it.each(targets)(
    `$name: takes anything (seed ${seed})`,
    (target) => fuzz(target),
    patienceMs(targets.length),
  );
});

describe('the list of targets', () => {
  const declared = /^export (?:async )?(?:function|const) ((?:decode|parse|read)[A-Z]\w*)/gm;
  const readers = filesUnder('src', isTypeScript).flatMap((path) =>
    [...read(path).matchAll(declared)].map(([, name = '']) => ({ name, path })),
  );
  const covered = new Set(targets.flatMap(({ covers }) => covers));

  it('has every decoder and reader of src/, or says who runs it', () => {
    const missing = readers.filter(({ name }) => !covered.has(name) && !Object.hasOwn(runElsewhere, name));
    expect(missing).toEqual([]);
  });

  it('names none that is not there, and none twice', () => {
    const names = readers.map(({ name }) => name);
    expect(Object.keys(runElsewhere).filter((name) => !names.includes(name) || covered.has(name))).toEqual(
      [],
    );
    const prefixed = [...covered].filter((name) => /^(?:decode|parse|read)[A-Z]/.test(name));
    expect(prefixed.filter((name) => !names.includes(name))).toEqual([]);
    expect(new Set(targets.map(({ name }) => fileName(name))).size).toBe(targets.length);
  });

  it('fails where a decoder is wrong', async () => {
    const corpus = [Buffer.from([0, 0, 0, 4, 1, 2, 3, 4])];
    const attempt = (input: Uint8Array) => {
      const bytes = Buffer.from(input);
      if (bytes.length > 4) bytes.readUInt8(3 + (bytes[3] ?? 0));
    };
    const details = await fc.check(
      fc.asyncProperty(mutated(corpus), async (input) => attempt(input)),
      { seed: 1, numRuns: runs },
    );
    expect(details.failed).toBe(true);
  });
});
