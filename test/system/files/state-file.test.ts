import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceName } from '../../../src/model/ipvs.ts';
import { ownedServicesIn } from '../../../src/system/files/owned-services.ts';
import { openStateFile, type StateFile, type UnreadableState } from '../../../src/system/files/state-file.ts';
import { whenKept } from '../../../src/system/files/write-whole.ts';
import { serviceNamed } from '../../make/names.ts';

let folder: string;
let told: UnreadableState[];
let owned: StateFile<readonly ServiceName[]>;
const name = 'owned-services.json';
const at = (...names: string[]) => join(folder, ...names);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'));
  told = [];
  owned = ownedServicesIn(folder, { keepsBad: true, onUnreadable: (each) => told.push(each) });
});
afterEach(() => rmSync(folder, { recursive: true }));

const services = ['fwmark 1', 'tcp 10.0.0.1:80'].map(serviceNamed);
const precious = () => at('precious');

/** Everything that somebody may put in the place of a file. */
const obstacles: Readonly<Record<string, (path: string) => void>> = {
  'a symbolic link to a file': (path) => {
    writeFileSync(precious(), 'precious');
    symlinkSync(precious(), path);
  },
  'a symbolic link to nothing': (path) => symlinkSync(at('nowhere'), path),
  'a symbolic link to a device': (path) => symlinkSync('/dev/null', path),
  'a FIFO': (path) => void execFileSync('mkfifo', [path]),
  'a file without rights': (path) => {
    writeFileSync(path, 'old');
    chmodSync(path, 0);
  },
  'a large file': (path) => void execFileSync('truncate', ['-s', '300M', path]),
  'a hard link': (path) => {
    writeFileSync(precious(), 'precious');
    execFileSync('ln', [precious(), path]);
  },
};
const ways = ['write', 'writeNow'] as const;

function expectNothingElseTouched(): void {
  if (existsSync(precious())) expect(readFileSync(precious(), 'utf8')).toBe('precious');
  expect(existsSync(at('nowhere'))).toBe(false);
}

describe.each(ways)('a state file that is kept by %s', (way) => {
  it('reads back what was kept, for its owner alone, in a folder that is made, with nothing beside it', async () => {
    const inner = ownedServicesIn(at('a', 'state'));
    expect((await inner[way](services)).ok).toBe(true);
    expect(inner.read()).toEqual(services);
    expect(readdirSync(at('a', 'state'))).toEqual([name]);
    expect(statSync(at('a', 'state', name)).mode & 0o777).toBe(0o600);
    expect(statSync(at('a', 'state')).mode & 0o027).toBe(0);
  });

  it.each(
    Object.keys(obstacles).flatMap((what) => [
      { what, where: name },
      { what, where: `${name}.new` },
    ]),
  )('takes the place of $what at $where, and touches nothing else', async ({ what, where }) => {
    obstacles[what]?.(at(where));
    expect((await owned[way](services)).ok).toBe(true);
    expect(lstatSync(at(name)).isFile()).toBe(true);
    expect(readFileSync(at(name), 'utf8')).toBe('["fwmark 1","tcp 10.0.0.1:80"]\n');
    expect(existsSync(at(`${name}.new`))).toBe(false);
    expectNothingElseTouched();
  });

  it.each([name, `${name}.new`])('says so where a folder stands at %s, which stays', async (where) => {
    mkdirSync(at(where));
    writeFileSync(at(where, 'inside'), 'precious');
    expect(await owned[way](services)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^Cannot keep .*: expected a folder and a disk to write to, got E[A-Z]+$/),
    });
    expect(readFileSync(at(where, 'inside'), 'utf8')).toBe('precious');
    expect(readdirSync(folder)).toEqual([where]);
  });

  it('says so where the folder is a file', async () => {
    writeFileSync(at('file'), '');
    expect(await ownedServicesIn(at('file'))[way](services)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/got E(?:NOTDIR|EXIST)$/),
    });
  });

  it('keeps no more than it would read', async () => {
    expect(await owned[way](Array(2 ** 21).fill(serviceNamed('tcp 192.168.100.100:65535')))).toMatchObject({
      ok: false,
      error: expect.stringContaining('expected at most'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('many writes of a file', () => {
  it('leave the last one there, and each is told how it went', async () => {
    const all = Array.from({ length: 200 }, (_, count) => owned.write([serviceNamed(`fwmark ${count}`)]));
    expect((await Promise.all(all)).every(({ ok }) => ok)).toBe(true);
    expect(owned.read()).toEqual(['fwmark 199']);
    void owned.write(services);
    await whenKept(60_000);
    expect(owned.read()).toEqual(services);
  });
});

describe('a state file that cannot be taken as it is', () => {
  it('is none and not told of where it is missing', () => {
    expect([owned.read(), told]).toEqual([[], []]);
    expect([ownedServicesIn(at('nowhere')).read(), told]).toEqual([[], []]);
  });

  it.each([
    '',
    '{',
    '\0'.repeat(5000),
    '["a"',
    '{"a":1}',
    'null',
    '"x"',
    '3',
    '[1,{}]',
    '["fwmark 1",1]',
    '["fwmark 01"]',
    '[]]',
  ])('(%j) is told of, kept aside, and taken for what can be read of it', (content) => {
    writeFileSync(at(name), content);
    expect(owned.read()).toEqual(content === '["fwmark 1",1]' ? ['fwmark 1'] : []);
    const reason = expect.stringMatching(/^expected .*, got /);
    expect(told).toEqual([{ file: at(name), reason, keptAs: at(`${name}.bad`) }]);
    expect(readFileSync(at(`${name}.bad`), 'utf8')).toBe(content);
    expect(existsSync(at(name))).toBe(false);
  });

  it.each(['a symbolic link to a file', 'a symbolic link to a device', 'a FIFO', 'a large file'])(
    '(%s) is told of at once, costs no memory, and stays until it is written over',
    (what) => {
      obstacles[what]?.(at(name));
      const before = process.memoryUsage().rss;
      expect(owned.read()).toEqual([]);
      expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
      expect(told).toEqual([{ file: at(name), reason: expect.stringContaining(', got ') }]);
      expect(lstatSync(at(name), { throwIfNoEntry: false })).toBeDefined();
      expectNothingElseTouched();
    },
  );

  it('(a folder) is told of and stays', () => {
    mkdirSync(at(name));
    expect([owned.read(), told]).toEqual([
      [],
      [{ file: at(name), reason: 'expected a regular file, got a directory' }],
    ]);
  });

  it('is left where it is by who only looks', () => {
    writeFileSync(at(name), '{');
    expect(ownedServicesIn(folder).read()).toEqual([]);
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('is what parse leaves nothing out of, unless it says otherwise', () => {
    writeFileSync(at('f.json'), '{"boot":"x","a":1}');
    const options = { parse: () => ({ a: 2 }), onUnreadable: (each: UnreadableState) => told.push(each) };
    expect(openStateFile(folder, 'f.json', { ...options, isOurs: () => true }).read()).toEqual({ a: 2 });
    expect(told).toEqual([]);
    expect(openStateFile(folder, 'f.json', options).read()).toEqual({ a: 2 });
    expect(told).toHaveLength(1);
  });
});
