// Which files are read by the process that serves, and which by one of their own: told by a child that cannot be started.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createConfigReader } from '../../src/compose/config-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-reader-'));
afterAll(() => rmSync(folder, { recursive: true }));

const service = (real = '192.168.6.2:80') =>
  `virtual:\n  - {address: 192.168.6.240:80, checktype: connect, real: ["${real} gate"]}\n`;

/** Old, so that nobody is waited for. */
function readerOf(text: string, name = 'lvs.yaml') {
  const file = join(folder, name);
  writeFileSync(file, text);
  utimesSync(file, 1, 1);
  return createConfigReader(file, { director: 'lvs1', entry: join(folder, 'no-such-program.js') });
}

describe('a file that is read here', () => {
  it.each([
    ['lvs.yaml', service()],
    ['lvs.cf', 'virtual=192.168.6.240:80\n\treal=192.168.6.2:80 gate\n\tchecktype=connect\n'],
    ['pattern.yaml', `${service().replace('checktype: connect', 'receive: "a*b & c"')}`],
  ])('is a small one: %s', async (name, text) => {
    const { config, problems } = await readerOf(text, name)();
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config?.virtuals).toHaveLength(1);
  });

  it('comes to the very same services at the next reading', async () => {
    const read = readerOf(service());
    expect((await read()).config?.virtuals[0]).toBe((await read()).config?.virtuals[0]);
  });
});

describe('a file that is read by a process of its own', () => {
  it.each([
    ['a large one', `${service()}#${'x'.repeat(32 * 1024)}\n`],
    ['one with an alias', `${service()}log: &a {level: info}\n`],
    ['one with the name of a service', service().replace('192.168.6.240', 'web')],
    ['one with the name of a port', service('192.168.6.2:http')],
  ])('is %s', async (_, text) => {
    expect((await readerOf(text)()).problems[0]?.message).toMatch(
      /^Cannot read config: expected a file that can be read/,
    );
  });
});
