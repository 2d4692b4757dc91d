// Where a file that `execute` names is found, that a daemon takes what nobody writes, and what is read in place of what.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { parseWithExecuted, readExecutedNow } from '../../src/compose/executed-files.ts';
import { copiesBeside } from '../../src/compose/last-good.ts';
import { parseConfig } from '../../src/config/load.ts';
import { fingerprintOf } from '../../src/config/reading-of-text.ts';
import { environment, errorLines } from '../make/environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'executed-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Old, so that nobody is waited for. */
function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  utimesSync(file, 1, 1);
  return file;
}
const service = (port: number) => `virtual=10.0.0.1:${port}\n\treal=10.0.0.2:80 gate\n\tchecktype=on\n`;

it('finds it beside the file that names it, by its whole path, and nowhere else than it says', () => {
  const file = put('beside.cf', 'x');
  for (const name of ['beside.cf', file])
    expect(readExecutedNow(name, join(folder, 'main.cf'))).toEqual({ file, text: 'x' });
  expect(readExecutedNow('no.cf', join(folder, 'main.cf'))).toEqual({
    ...{ rule: `a file in /etc/ha.d, /etc/ha.d/conf, /, ${folder}`, got: 'no.cf' },
  });
});

it('reads what is named by what was named, and in the place of the config what was kept with it', async () => {
  const main = put('main.cf', 'execute=a.cf\n');
  const named = put('a.cf', `execute=b.cf\n${service(81)}`);
  put('b.cf', service(82));
  mkdirSync(join(folder, 'kept'));
  const kept = put('kept/last-good-1.cf', 'execute=a.cf\n');
  const portsOf = async (config: string, instead?: Parameters<typeof parseWithExecuted>[1]['instead']) => {
    const parse = (readExecuted: typeof readExecutedNow) =>
      parseConfig('execute=a.cf\n', config, { ...environment, readExecuted });
    const result = await parseWithExecuted(parse, { config, instead });
    expect(errorLines(result)).toEqual([]);
    return result.config?.virtuals.map(({ id, at }) => [id.kind === 'address' && id.port, at.file]);
  };
  const now = [
    [81, named],
    [82, join(folder, 'b.cf')],
  ];
  expect(await portsOf(main)).toEqual(now);
  const instead = { main, copyOf: copiesBeside(kept) };
  expect(await portsOf(kept, instead)).toEqual(now);
  put(`kept/last-good-1.cf-${fingerprintOf(named)}`, service(91));
  expect(await portsOf(kept, instead)).toEqual([[91, named]]);
  rmSync(named);
  expect(await portsOf(kept, instead)).toEqual([[91, named]]);
});
