// Each *.txt here must say what the routers say now. `UPDATE=1 npx vitest run test/scenarios` rewrites them;
// the difference is then for a reader to judge.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { play } from './transcript.ts';

const folder = import.meta.dirname;
const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));

describe('scenarios', () => {
  it.each(files)('%s', (name) => {
    const file = join(folder, name);
    const expected = readFileSync(file, 'utf8');
    const played = play(expected);
    if (process.env.UPDATE === '1' && played !== expected) writeFileSync(file, played);
    else expect(played).toBe(expected);
  });
});
