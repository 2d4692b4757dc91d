// The packages for npm and for rpm, installed into folders of their own: without a network, a registry and a compiler. What
// scripts of the rpm do on a machine is test/lab/systemd/rpm.systemd.test.ts.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isInstalled } from './share.ts';

const folder = mkdtempSync(join(tmpdir(), 'lvs-director-formats-'));
const build = `dist-test-formats-${process.pid}`;
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

beforeAll(() => void execFileSync(process.execPath, ['scripts/build.mjs', build]));
afterAll(() => {
  for (const path of [folder, build]) rmSync(path, { recursive: true, force: true });
});

/** @returns its path */
function packed(kind: string, out: string): string {
  const env = { PATH: process.env.PATH, HOME: folder, OUT: join(folder, out), DIST: build, COMPRESS: 'gzip' };
  const said = execFileSync(process.execPath, ['scripts/package.mjs', kind], {
    env: { ...env, SOURCE_DATE_EPOCH: '1796000000', npm_config_registry: 'http://127.0.0.1:9' },
    encoding: 'utf8',
  });
  return said.trim();
}
const isTheSame = (one: string, two: string) => readFileSync(one).equals(readFileSync(two));

/** What this Node says of both packages with native code, as the program at that place finds them. */
const nativesAt = (library: string) =>
  execFileSync(
    process.execPath,
    [
      '-e',
      `const require = process.getBuiltinModule('node:module').createRequire('${join(library, 'dist/loader.cjs')}');
       console.log(typeof require('koffi').load, typeof require('netlink/dist/raw.js').RawNetlinkSocket)`,
    ],
    { encoding: 'utf8', cwd: '/' },
  );
const saysItsVersion = (program: string) =>
  execFileSync(process.execPath, [program, '--version'], { encoding: 'utf8', cwd: '/', env: {} });

describe.skipIf(!isInstalled('npm'))('the package for npm', () => {
  const prefix = join(folder, 'npm');
  const library = join(prefix, 'lib/node_modules/lvs-director');
  let file = '';
  beforeAll(() => {
    mkdirSync(prefix);
    file = packed('npm', 'one');
    const words = ['install', '-g', '--prefix', prefix, '--ignore-scripts', '--offline', '--no-audit', file];
    execFileSync('npm', words, { cwd: prefix, env: { PATH: process.env.PATH, HOME: folder } });
  });
  it('is the same bytes each time', () => {
    expect(isTheSame(file, packed('npm', 'two'))).toBe(true);
  });
  it('is installed without a network and its scripts, and runs', () => {
    expect(saysItsVersion(join(prefix, 'bin/lvs-director'))).toBe(`lvs-director ${version}\n`);
    expect(nativesAt(library)).toBe('function function\n');
    const command = join(prefix, 'bin/lvs-director-ldirectord');
    expect(execFileSync(command, ['-v'], { encoding: 'utf8' })).toContain(`lvs-director ${version},`);
  });
  it('has what the others have: pages, manuals, examples, licences', () => {
    expect(readdirSync(library)).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'docs', 'etc', 'systemd', 'third-party-notices.txt']),
    );
    expect(readdirSync(join(prefix, 'share/man')).sort()).toEqual(['man5', 'man7', 'man8']);
    expect(readdirSync(join(library, 'node_modules')).sort()).toEqual([
      '@koromix',
      'koffi',
      'netlink',
      'node-gyp-build',
    ]);
  });
});

describe.skipIf(!isInstalled('rpmbuild'))('the package for rpm', () => {
  const root = join(folder, 'root');
  let file = '';
  beforeAll(() => {
    file = packed('rpm-nodejs', 'one');
  });
  const asked = (...words: readonly string[]) =>
    execFileSync('rpm', ['-qp', ...words, file], { encoding: 'utf8' })
      .trim()
      .split('\n');

  it('is the same bytes each time', () => {
    expect(isTheSame(file, packed('rpm-nodejs', 'two'))).toBe(true);
  });
  it('has what belongs to the daemon in its places, of root and for all to read', () => {
    const rows = asked('-l', '-v').map((row) => row.split(/ +/));
    const modes = new Set(rows.map(([mode]) => mode));
    expect([...modes].sort()).toEqual(['-rw-r--r--', '-rwxr-xr-x', 'drwxr-xr-x', 'lrwxrwxrwx']);
    expect(new Set(rows.map(([, , owner, group]) => `${owner}:${group}`))).toEqual(new Set(['root:root']));
    const paths = asked('-l');
    expect(paths).toEqual(
      expect.arrayContaining([
        ...['/usr/bin/lvs-director', '/usr/sbin/lvs-director-ldirectord', '/etc/logrotate.d/lvs-director'],
        ...['/usr/lib/systemd/system/lvs-director.service', '/etc/sysctl.d/60-lvs-director.conf'],
        ...['sysusers', 'tmpfiles', 'modules-load'].map((name) => `/usr/lib/${name}.d/lvs-director.conf`),
        '/usr/lib/systemd/catalog/lvs-director.catalog',
        ...['/usr/share/man/man8/lvs-director.8.gz', '/usr/share/zsh/site-functions/_lvs-director'],
        ...['/usr/share/licenses/lvs-director/LICENSE', '/usr/share/doc/lvs-director/sbom.cdx.json'],
      ]),
    );
    expect(paths.filter((path) => /^\/etc\/lvs-director\/.|musl|code-cache\//.test(path))).toEqual([]);
    // Folders of the system are not its own.
    expect(paths).not.toContain('/usr/lib');
    expect(asked('--configfiles')).toEqual([
      '/etc/logrotate.d/lvs-director',
      '/etc/sysctl.d/60-lvs-director.conf',
    ]);
  });
  it('takes what it needs, as rpm finds it in its binaries', () => {
    const needs = asked('--requires');
    expect(needs).toEqual(expect.arrayContaining(['nodejs(engine) >= 20.19', 'systemd', '/usr/bin/node']));
    expect(needs.some((need) => /^libc\.so\.6\(GLIBC_[\d.]+\)/.test(need))).toBe(true);
    // Of the C library at most what RHEL 8 has.
    const newest = needs.flatMap((need) => /GLIBC_2\.(\d+)/.exec(need)?.[1] ?? []).map(Number);
    expect(Math.max(...newest)).toBeLessThanOrEqual(28);
    expect(asked('--provides').filter((provided) => provided.includes('.node'))).toEqual([]);
  });
  it.skipIf(process.getuid?.() !== 0)('is installed and removed by rpm, and runs', () => {
    mkdirSync(root);
    // Debian's says beside that it is not Debian's way.
    const rpm = (...words: readonly string[]) => {
      const said = spawnSync('rpm', ['--root', root, '--nodeps', '--noscripts', ...words], {
        encoding: 'utf8',
      });
      return { ...said, stderr: said.stderr.replace(/^rpm: .*\n/gm, '') };
    };
    expect(rpm('-i', file)).toMatchObject({ status: 0, stderr: '' });
    expect(saysItsVersion(join(root, 'usr/bin/lvs-director'))).toBe(`lvs-director ${version}\n`);
    expect(nativesAt(join(root, 'usr/lib/lvs-director'))).toBe('function function\n');
    expect(rpm('-V', 'lvs-director')).toMatchObject({ status: 0, stdout: '' });
    expect(rpm('-e', 'lvs-director')).toMatchObject({ status: 0, stderr: '' });
    expect(readdirSync(join(root, 'usr/lib'))).not.toContain('lvs-director');
  });
});
