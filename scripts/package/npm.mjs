// A package for npm of a build, whole in itself: it takes nothing from a registry and runs no script, so it is installed
// without a network and without a compiler (`npm install -g --ignore-scripts FILE`). The two packages with native code are
// bundled, of which npm asks that they stand at the top and name no others. No code cache: it is made by whoever wants it.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nativePackages } from '../build/natives.mjs';
import { filesIn } from './tree.mjs';

/** @returns the path of the package */
export function buildNpm(folder, out) {
  const top = join(folder, 'package');
  mkdirSync(top);
  cpSync(process.env.DIST ?? 'dist', join(top, 'dist'), { recursive: true });
  rmSync(join(top, 'dist/code-cache'), { recursive: true, force: true });
  renameSync(join(top, 'dist/node_modules'), join(top, 'node_modules'));
  renameSync(join(top, 'dist/share'), join(top, 'share'));
  renameSync(join(top, 'dist/third-party-notices.txt'), join(top, 'third-party-notices.txt'));
  for (const name of [
    'LICENSE',
    'README.md',
    'README.zh.md',
    'CHANGELOG.md',
    'docs',
    'etc',
    'systemd',
    'packaging',
  ]) {
    cpSync(name, join(top, name), { recursive: true });
  }
  for (const path of filesIn(join(top, 'node_modules')).filter((each) => each.endsWith('/package.json'))) {
    writeFileSync(path, withoutNeeds(readFileSync(path, 'utf8')));
  }
  writeFileSync(join(top, 'package.json'), `${JSON.stringify(manifestOf(top), null, 2)}\n`);
  for (const path of filesIn(top))
    chmodSync(path, /\/dist\/(?:main|ldirectord)\.js$/.test(path) ? 0o755 : 0o644);
  const said = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out, top], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [{ filename }] = JSON.parse(said);
  const file = join(out, `lvs-director-${process.env.VERSION ?? readVersion()}-linux-${process.arch}.tgz`);
  renameSync(join(out, filename), file);
  return file;
}

const readVersion = () => JSON.parse(readFileSync('package.json', 'utf8')).version;

function manifestOf(top) {
  const { name, version, description, license, engines, os } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  const manuals = filesIn(join(top, 'share/man')).map((path) => path.slice(top.length + 1));
  return {
    ...{ name, version: process.env.VERSION ?? version, description, license },
    type: 'module',
    bin: { 'lvs-director': 'dist/main.js', 'lvs-director-ldirectord': 'dist/ldirectord.js' },
    man: manuals,
    ...{ engines, os, cpu: [process.arch] },
    dependencies: Object.fromEntries(nativePackages.map((each) => [each, versionIn(top, each)])),
    bundleDependencies: nativePackages,
  };
}

const versionIn = (top, name) =>
  JSON.parse(readFileSync(join(top, 'node_modules', name, 'package.json'), 'utf8')).version;

/** All that a bundled package needs to run stands beside it; npm would ask a registry for what it names beyond. */
function withoutNeeds(manifest) {
  const {
    scripts: _,
    devDependencies: __,
    dependencies,
    optionalDependencies,
    ...rest
  } = JSON.parse(manifest);
  const wanted = { ...dependencies, ...optionalDependencies };
  const here = Object.entries(wanted).filter(([name]) => isBeside(name));
  return `${JSON.stringify({ ...rest, dependencies: Object.fromEntries(here) }, null, 2)}\n`;
}
const isBeside = (name) => name === 'node-gyp-build' || name === `@koromix/koffi-linux-${process.arch}`;
