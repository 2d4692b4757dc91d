// Generated files, each asked of a real keepalived and of our convert: every difference in meaning has its note, and what
// keepalived takes refuses no whole file here. GENERATED=500 tries more, SEED=7 others; each failure is shrunk by lines.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shrunk } from '../../make/shrink-lines.ts';
import type { Comparison } from './ask.ts';
import { canAskCheckers } from './dump.ts';
import { askAtOnce } from './generate/ask-at-once.ts';
import { keepalivedFile } from './generate/file.ts';

const count = Number(process.env.GENERATED ?? 24);
const seed = Number(process.env.SEED ?? 1);
const workers = 3;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'generated-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (text: string, worker: number): Promise<Comparison | undefined> =>
  askAtOnce(text, join(folder, `${worker}`));

const differencesIn = async (text: string, worker: number): Promise<readonly string[]> =>
  (await ask(text, worker))?.differences ?? [];

describe.skipIf(!canAskCheckers)('generated files beside keepalived', () => {
  it('means the same, or a note says the difference', async () => {
    const texts = fc.sample(keepalivedFile, { seed, numRuns: count });
    const wrong: string[] = [];
    let compared = 0;
    let next = 0;
    const work = async (worker: number) => {
      for (let text = texts[next++]; text !== undefined && wrong.length === 0; text = texts[next++]) {
        const comparison = await ask(text, worker);
        compared += comparison?.count ?? 0;
        if (comparison !== undefined && comparison.differences.length > 0) wrong.push(text);
      }
    };
    await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
    const [first] = wrong;
    const fails = async (text: string) => (await differencesIn(text, 0)).length > 0;
    const small = first === undefined ? '' : await shrunk(first, fails);
    expect(small === '' ? [] : await differencesIn(small, 0), small).toEqual([]);
    expect(compared).toBeGreaterThan(count);
  });

  it('tells a difference that no note names', async () => {
    const text = 'virtual_server 192.0.2.1 80 {\n  protocol TCP\n  real_server 10.0.0.1 80 { weight 7 }\n}\n';
    const same = await ask(text, 0);
    expect(same?.differences).toEqual([]);
    expect(same?.count).toBe(2);
  });
});
