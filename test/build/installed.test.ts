import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inSources, sourceFrames } from '../../src/system/host/source-frames.ts';

type Archive = {
  readonly head: { readonly files: Readonly<Record<string, readonly [offset: number, length: number]>> };
  readonly read: (name: string) => Buffer | undefined;
};
const { openArchive } = createRequire(import.meta.url)('../../scripts/build/archive.cjs') as {
  readonly openArchive: (path: string) => Archive;
};

const build = `dist-test-${process.pid}`;
let root = '';
let library = '';
const install = () =>
  execFileSync('scripts/install.sh', { env: { PATH: process.env.PATH, DESTDIR: root, DIST: build } });
/** Away from the checkout, with nothing in its environment. */
const run = (...words: string[]) =>
  execFileSync(process.execPath, [join(library, 'dist/main.js'), ...words], {
    cwd: root,
    env: {},
    encoding: 'utf8',
  });

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'lvs-director-installed-'));
  library = join(root, 'usr/lib/lvs-director');
  execFileSync(process.execPath, ['scripts/build.mjs', build]);
  install();
});
afterAll(() => {
  rmSync(build, { recursive: true, force: true });
  rmSync(root, { recursive: true, force: true });
});

const program = () => openArchive(join(build, 'program'));
const chunks = () => Object.keys(program().head.files).filter((name) => name.endsWith('.js'));
/** `run-ABCDEFGH.js`, and not `run-process-ABCDEFGH.js`. */
const chunkOf = (name: string) => chunks().find((each) => RegExp(`^${name}-\\w+\\.js$`).test(each)) ?? '';
const readBuilt = (name: string) => program().read(name)?.toString();
const textOf = (chunk: string) => readBuilt(chunk) ?? '';

/** What a file of the build is made of, and what it always loads with itself. */
function loadedBy(chunk: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(chunk)) return [];
  seen.add(chunk);
  const { sources } = JSON.parse(textOf(`${chunk}.map`)) as { readonly sources: readonly string[] };
  const imported = [...textOf(chunk).matchAll(/\brequire\("\.\/([^"]+)"\)/g)];
  const own = sources.map((source) => source.replace(/^(\.\.\/)+/, ''));
  return [...own, ...imported.flatMap(([, name = '']) => loadedBy(name, seen))];
}
/** The chunk, and those that it always loads with itself. */
function startChunks(chunk: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(chunk)) return [...seen];
  seen.add(chunk);
  for (const [, name = ''] of textOf(chunk).matchAll(/\brequire\("\.\/([^"]+)"\)/g)) startChunks(name, seen);
  return [...seen];
}
/** What a chunk has of Node from its start. */
const nodeModule = /^(?:const|var) .*\brequire\("(node:[^"]+)"\);$/gm;
const packagesIn = (sources: readonly string[]) => [
  ...new Set(sources.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])),
];

describe('what is installed', () => {
  it('runs by itself', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
    expect(run('--version')).toBe(`lvs-director ${version}\n`);
    const ldirectord = join(root, 'usr/sbin/lvs-director-ldirectord');
    expect(execFileSync(ldirectord, ['-v'], { cwd: root, encoding: 'utf8' })).toContain(
      `lvs-director ${version},`,
    );
    const config = join(root, 'lvs-director.yaml');
    writeFileSync(config, 'virtual:\n  - address: 192.0.2.1:80\n    real: [192.0.2.2:80 gate]\n');
    expect(run('check', '-c', config)).toContain('192.0.2.2:80');
    const engine = createRequire(import.meta.url)(join(library, 'dist/re2js.cjs')) as typeof import('re2js');
    expect(engine.RE2JS.compile('a+').test('caat')).toBe(true);
  });
  it('has of other packages only those with native code, and the licences of all', () => {
    expect(readdirSync(library).sort()).toEqual(['LICENSE', 'dist', 'package.json']);
    const beside = readdirSync(join(library, 'dist/node_modules')).sort();
    expect(beside).toEqual(['@koromix', 'koffi', 'netlink', 'node-gyp-build']);
    const notices = readFileSync(join(root, 'usr/share/doc/lvs-director/third-party-notices.txt'), 'utf8');
    const bundled = packagesIn(chunks().flatMap((chunk) => loadedBy(chunk)));
    expect(bundled).toEqual(expect.arrayContaining(['zod', 'undici', 'pg', 'mysql2', 're2js']));
    for (const name of [...bundled, 'koffi', 'netlink']) expect(notices).toMatch(RegExp(`^${name} \\d`, 'm'));
  });
  it('takes the place of what was there, whole', () => {
    writeFileSync(join(library, 'dist/earlier'), '');
    install();
    expect(readdirSync(library).sort()).toEqual(['LICENSE', 'dist', 'package.json']);
    expect(readdirSync(join(library, 'dist'))).not.toContain('earlier');
  });
  it('leaves a config alone that is there', () => {
    const config = join(root, 'etc/lvs-director/lvs-director.yaml');
    writeFileSync(config, 'mine');
    install();
    expect(readFileSync(config, 'utf8')).toBe('mine');
  });
});

describe('a process of the program loads with its start', () => {
  it('of VRRP: no package at all, and nothing that reads files of the administrator', () => {
    const loaded = loadedBy(chunkOf('vrrp-process'));
    expect(packagesIn(loaded)).toEqual([]);
    expect(loaded.filter((path) => /^src\/(config|probes|reconcile|daemon\/health)\//.test(path))).toEqual(
      [],
    );
  });
  it.each(['status', 'why', 'reload', 'failover'])(
    '%s, which asks the daemon: neither a package nor what reads a config',
    (command) => {
      const loaded = loadedBy(chunkOf(command));
      expect(loaded).toContain('src/cli/ask-daemon.ts');
      expect(packagesIn(loaded)).toEqual([]);
      expect(loaded.filter((path) => path.startsWith('src/config/'))).toEqual([]);
      expect(loaded).toContain('src/system/sockets/ask-control-socket.ts');
      expect(loaded.filter((path) => /control-server|lock-file|open-regular|libc/.test(path))).toEqual([]);
      const modules = startChunks(chunkOf(command)).flatMap((chunk) => [
        ...textOf(chunk).matchAll(nodeModule),
      ]);
      expect(modules.map(([, name]) => name)).not.toContain('node:fs/promises');
    },
  );
  it('what reads a config: zod without its messages in forty languages', () => {
    const loaded = loadedBy(chunkOf('check'));
    expect(packagesIn(loaded).sort()).toEqual(['js-yaml', 'zod']);
    // Only of `import * as z from 'zod'` what nobody uses is left out.
    const whole = loaded.filter(
      (path) => /^src\/.*\.ts$/.test(path) && /^import \{.* from 'zod'/m.test(readFileSync(path, 'utf8')),
    );
    expect(whole).toEqual([]);
    expect(loaded.filter((path) => path.includes('zod/v4/locales')).length).toBeLessThan(3);
  });
  it('the main one: no library of a single kind of check', () => {
    const loaded = packagesIn(loadedBy(chunkOf('run')));
    for (const name of ['mysql2', 'pg', 'radius', 'dns-packet', 'ldapts']) expect(loaded).not.toContain(name);
  });
  it('the main one: nothing of mail, webhooks and metrics, nor what packages have for who develops with them', () => {
    const loaded = loadedBy(chunkOf('run'));
    expect(packagesIn(loaded)).toContain('winston');
    expect(packagesIn(loaded).filter((name) => /^(?:nodemailer|undici|@so-ric)/.test(name))).toEqual([]);
    expect(loaded.filter((path) => /\/(?:send-mail|post-webhook|metrics\/render)/.test(path))).toEqual([]);
    const modules = startChunks(chunkOf('run')).flatMap((chunk) =>
      [...textOf(chunk).matchAll(nodeModule)].map(([, name]) => name),
    );
    expect(modules).toContain('node:http');
    for (const name of ['node:crypto', 'node:tls', 'node:https']) expect(modules).not.toContain(name);
  });
  it('the main one: our sources in chunks without packages, so that the code cache has every function of them', () => {
    const mixed = startChunks(chunkOf('run')).filter((chunk) => {
      const { sources } = JSON.parse(textOf(`${chunk}.map`)) as { readonly sources: readonly string[] };
      const packaged = sources.filter((path) => path.includes('node_modules/'));
      return packaged.length > 0 && sources.length - packaged.length > 2;
    });
    expect(mixed).toEqual([]);
  });
});

describe('the code cache', () => {
  const dist = () => join(library, 'dist');
  const files = () => readdirSync(join(dist(), 'code-cache')).map((name) => join(dist(), 'code-cache', name));
  const contents = () => files().map((file) => readFileSync(file));
  const make = () => execFileSync(process.execPath, [join(dist(), 'code-cache.cjs')]);

  it('is taken by this Node for each file, and is of this Node alone', () => {
    const [plain = ''] = files();
    expect(files()).toEqual([
      join(dist(), 'code-cache', `${process.version}-${process.arch}`),
      join(dist(), 'code-cache', `${process.version}-${process.arch}--max-semi-space-size=32`),
    ]);
    const names = Object.keys(openArchive(plain).head.files);
    expect(names.sort()).toEqual(
      chunks()
        .filter((name) => !/^radius-/.test(name))
        .sort(),
    );
    // A process of its own: a test's has flags of its own.
    const takes = `const { Script } = require('node:vm'), { openArchive } = require('${dist()}/archive.cjs');
      const cache = openArchive('${plain}'), program = openArchive('${dist()}/program');
      for (const name of Object.keys(cache.head.files)) {
        const cachedData = cache.read(name);
        const script = new Script(program.read(name).latin1Slice(), { cachedData });
        console.log(name, cachedData === undefined || script.cachedDataRejected);
      }`;
    const said = execFileSync(process.execPath, ['-e', takes], { encoding: 'utf8', env: {} });
    expect(said.trim().split('\n').length).toBe(names.length);
    expect(said).not.toContain('true');
  });
  it('has every function of our sources, whatever was run when it was made', () => {
    const ours = chunks().filter((chunk) => !textOf(`${chunk}.map`).includes('node_modules/'));
    expect(ours.length).toBeGreaterThan(100);
    const compares = `const { Script } = require('node:vm'), { setFlagsFromString } = require('node:v8');
      const { openArchive } = require('${dist()}/archive.cjs');
      const cache = openArchive('${files()[0]}'), program = openArchive('${dist()}/program');
      for (const name of ${JSON.stringify(ours)}) {
        setFlagsFromString('--no-lazy');
        const script = new Script(program.read(name).latin1Slice(), { filename: '/lvs-director/dist/chunks/' + name });
        setFlagsFromString('--lazy');
        if (script.createCachedData().length !== cache.read(name).length) console.log(name);
      }`;
    const { flagsOfMaking } = createRequire(import.meta.url)(join(dist(), 'loader.cjs')) as {
      readonly flagsOfMaking: readonly string[];
    };
    const words = [...flagsOfMaking, '-e', compares];
    expect(execFileSync(process.execPath, words, { encoding: 'utf8', env: {} })).toBe('');
  });
  it('is made of the same bytes each time', () => {
    const before = contents();
    make();
    expect(contents().map((content, index) => before[index]?.equals(content))).toEqual([true, true]);
  });
  const flipped = (data: Buffer, from: number, to: number) => {
    const spoilt = Buffer.from(data);
    for (let at = from; at < to; at += 61) spoilt[at] = 0xff ^ (spoilt[at] ?? 0);
    return spoilt;
  };
  it.each([
    [
      "another program's",
      (data: Buffer) =>
        Buffer.from(data.toString('latin1').replace(/"program":"../, '"program":"zz'), 'latin1'),
    ],
    ['empty', () => Buffer.alloc(0)],
    ['cut off', (data: Buffer) => data.subarray(0, data.length >> 1)],
    ['damaged in its list', (data: Buffer) => flipped(data, 40, 2000)],
    ['damaged in its first half', (data: Buffer) => flipped(data, 10_000, data.length >> 1)],
    ['damaged in its second half', (data: Buffer) => flipped(data, data.length >> 1, data.length)],
    ['no file but a folder', () => 'folder'],
    ['missing', () => undefined],
  ] as const)('is not taken where it is %s', (_, spoil) => {
    const whole = files().map((file) => [file, readFileSync(file)] as const);
    for (const [file, data] of whole) {
      const spoilt = spoil(data);
      rmSync(file);
      if (spoilt === 'folder') mkdirSync(file);
      else if (spoilt !== undefined) writeFileSync(file, spoilt);
    }
    expect(run('check', '--schema')).toContain('"virtual"');
    for (const [file, data] of whole) {
      rmSync(file, { recursive: true, force: true });
      writeFileSync(file, data);
    }
  });
});

describe('the VRRP process begun ahead of its options', () => {
  const begin = () => {
    const child = fork(join(library, 'dist/main.js'), ['vrrp-process', '--ahead'], { silent: true });
    const said: unknown[] = [];
    child.on('message', (message) => said.push(message));
    const ended = new Promise((resolve) => child.on('exit', (status) => resolve(status)));
    return { child, said, ended };
  };
  it('says and does nothing until it has them', async () => {
    const { child, said, ended } = begin();
    await setTimeout(1000);
    expect(said).toEqual([]);
    child.send({ options: ['--realtime=off', '--lock-memory=no'] });
    await once(child, 'message');
    expect(said[0]).toMatchObject({
      type: 'event',
      event: { event: 'vrrp.process_started', realtime: false },
    });
    child.kill('SIGKILL');
    await ended;
  });
  it('ends by itself when nobody needs it, or the main process is gone', async () => {
    const { child, said, ended } = begin();
    child.disconnect();
    expect(await ended).toBe(0);
    expect(said).toEqual([]);
  });
});

describe('what a process was started with', () => {
  /** @returns whether a program that it starts has descriptor 99 (libuv closes the lower ones itself), and whether it has loaded the binding */
  const tried = (opened: string) => {
    const script = `const loader = require('${library}/dist/loader.cjs');
      loader.load('${chunkOf('fork-ahead')}');
      const own = [...loader.loaded.values()].map(({ exports }) => exports);
      own.find((each) => each.keepInheritedDescriptors).keepInheritedDescriptors();
      const open = require('node:child_process').execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' });
      const binding = Object.keys(require.cache).some((path) => path.includes('/koffi/'));
      console.log(open.split('\\n').includes('99'), binding);`;
    const close = 'for n in $(ls /proc/$$/fd); do [ "$n" -lt 3 ] || eval "exec $n>&-"; done;';
    return execFileSync('bash', ['-c', `${close} ${opened} exec "$0" -e "$1"`, process.execPath, script], {
      encoding: 'utf8',
      cwd: '/',
    }).trim();
  };
  it('is kept from those that it starts; where there is nothing, the binding is not loaded for it', () => {
    expect(tried('exec 99</dev/null;')).toBe('false true');
    expect(tried('')).toBe('false false');
  });
});

describe('a place in the bundle', () => {
  it('is told as the place in the sources', () => {
    const chunk = chunkOf('dns');
    const lines = textOf(chunk).split('\n');
    const line = lines.findIndex((text) => /function probeDns\(/.test(text));
    const column = (lines[line] ?? '').indexOf('probeDns');
    const stack = `Error: x\n    at probeDns (/lvs-director/dist/chunks/${chunk}:${line + 1}:${column + 1})`;
    const source = readFileSync('src/probes/dns.ts', 'utf8').split('\n');
    const sourceLine = source.findIndex((text) => /function probeDns\(/.test(text)) + 1;
    expect(sourceFrames(stack, readBuilt)).toMatch(
      RegExp(`at probeDns \\(/lvs-director/src/probes/dns\\.ts:${sourceLine}:\\d+\\)`),
    );
  });
  it('has one name wherever the build stands, the cache taken or not', () => {
    const script = `const loader = require('${join(process.cwd(), build)}/loader.cjs');
      loader.load('${chunkOf('dns')}').probeDns(undefined).catch((error) => console.log(error.stack));`;
    for (const flags of [[], ['--max-semi-space-size=31']]) {
      const stack = execFileSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8', cwd: '/' });
      expect(stack).toContain('at /lvs-director/dist/chunks/');
      expect(sourceFrames(stack, readBuilt)).toContain('/lvs-director/src/probes/talk/');
    }
  });
  it('without a map stays as it is, as do Node and what is no error', () => {
    const stack = 'Error: x\n    at a (file:///nowhere/dist/chunks/a-1.js:1:2)\n    at b (node:events:1:1)';
    expect(sourceFrames(stack)).toBe(stack);
    expect(inSources('text')).toBe('text');
    const folder = mkdtempSync(join(tmpdir(), 'lvs-director-map-'));
    writeFileSync(join(folder, 'a.js.map'), 'no map');
    const broken = `Error: x\n    at a (file://${folder}/a.js:1:2)`;
    expect(sourceFrames(broken)).toBe(broken);
    rmSync(folder, { recursive: true });
  });
});
