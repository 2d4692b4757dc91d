// Which files are read by the process that serves, and which by one of their own: told by a child that cannot be started.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterAll, describe, expect, it } from 'vitest';
import { partsOf } from '../../src/compose/config-parts.ts';
import { createConfigReader } from '../../src/compose/config-reader.ts';
import { daemonEnvironment } from '../../src/compose/read-config.ts';
import { createEntryMemory } from '../../src/config/entry-memory.ts';
import { parseConfig } from '../../src/config/load.ts';

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

describe('a large file of which little has changed', () => {
  const entry = join(folder, 'told.mjs');
  const file = join(folder, 'large.yaml');
  const large = (weight: number) =>
    `virtual:\n${Array.from(
      { length: 1000 },
      (_, i) =>
        `  - {address: "10.0.${i >> 8}.${i & 255}:80", real: ["10.1.0.1:80 masq ${i === 7 ? weight : 1}"]}\n`,
    ).join('')}`;
  const write = (text: string) => {
    writeFileSync(file, text);
    utimesSync(file, 1, 1);
  };

  it('is read here, from what the process of its own said of the last one', async () => {
    const memory = createEntryMemory();
    const told = parseConfig(large(1), file, daemonEnvironment('lvs1'), memory);
    writeFileSync(join(folder, 'parts'), serialize([...partsOf(told, memory.held())]));
    writeFileSync(
      entry,
      `import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
for (const parts of deserialize(readFileSync(${JSON.stringify(join(folder, 'parts'))})))
  await new Promise((resolve) => process.send(parts, resolve));
process.disconnect();`,
    );
    write(large(1));
    const read = createConfigReader(file, { director: 'lvs1', entry });
    const first = (await read()).config?.virtuals ?? [];
    expect(first).toHaveLength(1000);
    rmSync(entry);
    const same = (await read()).config?.virtuals ?? [];
    expect(same.every((virtual, at) => virtual === first[at])).toBe(true);
    write(large(5));
    const changed = (await read()).config?.virtuals ?? [];
    expect(changed.flatMap((virtual, at) => (virtual === first[at] ? [] : [at]))).toEqual([7]);
    expect(changed[7]?.reals[0]?.weight).toBe(5);
    write(`checkinterval: 7\n${large(1)}`);
    expect((await read()).problems[0]?.message).toMatch(
      /^Cannot read config: expected a file that can be read/,
    );
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
