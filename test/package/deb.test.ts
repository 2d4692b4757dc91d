// The package for Debian's own nodejs, made twice: the same bytes, what is in it with which modes, and lintian's word on it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled } from './share.ts';

describe.skipIf(!isInstalled('dpkg-deb') || !isInstalled('strip'))('lvs-director_*+nodejs.deb', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvs-director-deb-'));
  const builds = ['one', 'two'].map((name) => `dist-test-deb-${name}-${process.pid}`);
  let debs: readonly string[] = [];
  beforeAll(() => {
    debs = builds.map((build, index) => {
      const out = join(folder, build);
      const env = {
        ...{
          PATH: process.env.PATH,
          OUT: out,
          DIST: build,
          COMPRESS: 'gzip',
          SOURCE_DATE_EPOCH: '1796000000',
        },
        ...(index === 1 && { TZ: 'Pacific/Apia', LC_ALL: 'C.UTF-8', HOME: folder }),
      };
      execFileSync(process.execPath, ['scripts/build.mjs', build], { env });
      execFileSync(process.execPath, ['scripts/package.mjs', 'deb-nodejs'], { env });
      return join(out, readdirSync(out)[0] ?? '');
    });
  });
  afterAll(() => {
    for (const path of [folder, ...builds]) rmSync(path, { recursive: true, force: true });
  });

  const field = (name: string) =>
    execFileSync('dpkg-deb', ['-f', debs[0] ?? '', name], { encoding: 'utf8' }).trim();
  const listed = () => {
    const said = execFileSync('dpkg-deb', ['-c', debs[0] ?? ''], { encoding: 'utf8', maxBuffer: 2 ** 26 });
    const rows = said
      .trim()
      .split('\n')
      .map((line) => line.split(/ +/));
    return rows.map(([mode = '', owner = '', , date = '', , path = '']) => ({ mode, owner, date, path }));
  };

  it('is the same bytes each time, in another time zone and language too', () => {
    const [one, two] = debs.map((path) => readFileSync(path));
    expect(one?.equals(two ?? Buffer.alloc(0))).toBe(true);
  });
  it('has what belongs to the daemon in its places, of root and for all to read', () => {
    const files = listed();
    const modes = new Set(files.map(({ mode }) => mode));
    expect([...modes].sort()).toEqual(['-rw-r--r--', '-rwxr-xr-x', 'drwxr-xr-x', 'lrwxrwxrwx']);
    expect(new Set(files.map(({ owner }) => owner))).toEqual(new Set(['root/root']));
    expect(new Set(files.map(({ date }) => date)).size).toBe(1);
    const paths = files.map(({ path }) => path.slice(1));
    expect(paths).toEqual(
      expect.arrayContaining([
        ...['/usr/bin/lvs-director', '/usr/sbin/lvs-director-ldirectord', '/etc/logrotate.d/lvs-director'],
        ...['/usr/lib/systemd/system/lvs-director.service', '/etc/sysctl.d/60-lvs-director.conf'],
        ...['sysusers', 'tmpfiles', 'modules-load'].map((name) => `/usr/lib/${name}.d/lvs-director.conf`),
        '/usr/lib/systemd/catalog/lvs-director.catalog',
        '/usr/share/man/man8/lvs-director.8.gz',
        ...['/usr/share/man/man5/lvs-director.yaml.5.gz', '/usr/share/man/man7/lvs-director-events.7.gz'],
        '/usr/share/bash-completion/completions/lvs-director',
        '/usr/share/zsh/vendor-completions/_lvs-director',
        ...[
          'copyright',
          'changelog.gz',
          'sbom.cdx.json',
          'third-party-notices.txt',
          'examples/lvs-director.yaml',
        ].map((name) => `/usr/share/doc/lvs-director/${name}`),
      ]),
    );
    // Neither a config that would be dpkg's, nor what is for another C library or made at the installation.
    expect(paths.filter((path) => /^\/etc\/lvs-director\/.|musl|code-cache\//.test(path))).toEqual([]);
  });
  it('takes what it needs, and stands beside keepalived and ldirectord', () => {
    expect(field('Depends')).toMatch(/^nodejs \(>= 20\.19\), libc6 /);
    expect(field('Conflicts')).toBe('');
    expect(field('Version')).toMatch(/^\d+\.\d+\.\d+\+nodejs$/);
  });
  it('tells of every part within by its version and licence', () => {
    const root = join(folder, 'root');
    execFileSync('dpkg-deb', ['-x', debs[0] ?? '', root]);
    const read = (name: string) => readFileSync(join(root, 'usr/share/doc/lvs-director', name), 'utf8');
    const { components } = JSON.parse(read('sbom.cdx.json')) as {
      readonly components: readonly {
        readonly name: string;
        readonly version: string;
        readonly purl: string;
      }[];
    };
    const noticed = [...read('third-party-notices.txt').matchAll(/^(\S+) (\d\S*) \(.+\)$/gm)];
    expect(components.map(({ name, version }) => `${name} ${version}`)).toEqual(
      noticed.map(([, name, version]) => `${name} ${version}`),
    );
    expect(components.length).toBeGreaterThan(20);
    for (const { purl } of components) expect(purl).toMatch(/^pkg:npm\//);
  });
  it.skipIf(!isInstalled('lintian'))(
    'is good to lintian, without an override',
    () => {
      const { stdout } = spawnSync('lintian', ['--allow-root', debs[0] ?? ''], { encoding: 'utf8' });
      expect(stdout).toBe('');
    },
    600_000,
  );
});

/** As scripts/package/runtime.mjs has fetched it, which `make deb` does. */
const runtimes = existsSync('.lab')
  ? readdirSync('.lab').filter((name) => /^node-[^.]+-[\d.]+$/.test(name))
  : [];

describe.skipIf(!isInstalled('dpkg-deb') || runtimes.length === 0)(
  'lvs-director_*.deb, with a Node of its own',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'lvs-director-deb-'));
    const build = `dist-test-deb-own-${process.pid}`;
    afterAll(() => {
      for (const path of [folder, build]) rmSync(path, { recursive: true, force: true });
    });
    it('brings the code cache of that Node, which takes it whole', () => {
      const env = { PATH: process.env.PATH, OUT: folder, DIST: build, COMPRESS: 'none' };
      execFileSync(process.execPath, ['scripts/build.mjs', build], { env });
      const said = execFileSync(process.execPath, ['scripts/package.mjs', 'deb'], { env, encoding: 'utf8' });
      execFileSync('dpkg-deb', ['-x', said.trim(), folder]);
      const library = join(folder, 'usr/lib/lvs-director');
      for (const flags of [[], ['--max-semi-space-size=32']]) {
        const script = `const { Script } = require('node:vm'), { openArchive } = require('./dist/archive.cjs');
        const { cacheFile, program } = require('./dist/loader.cjs');
        const cache = openArchive(cacheFile);
        const taken = Object.keys(cache.head.files).filter((name) =>
          new Script(program.read(name).latin1Slice(), { cachedData: cache.read(name) }).cachedDataRejected === false);
        console.log(Object.keys(cache.head.files).length - taken.length, taken.length > 100);`;
        writeFileSync(join(library, 'takes.cjs'), script);
        const words = [...flags, 'takes.cjs'];
        expect(execFileSync('./node', words, { cwd: library, env: {}, encoding: 'utf8' })).toBe('0 true\n');
      }
    }, 240_000);
  },
);
