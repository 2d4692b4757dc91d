// A package for dpkg of a staged tree: control files beside it, and dpkg-deb to pack both. Without debhelper: the tree is
// whole as it is, and the scripts (packaging/deb/) have to do less than those that debhelper writes (nothing is started).
// deb-control(5), deb(5), Debian Policy 12.5 (copyright) and 12.7 (changelog).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { filesIn, settleTimes, writeGzip } from './tree.mjs';
import { descriptionOf, summary } from './words.mjs';

const architectures = { x64: 'amd64', arm64: 'arm64' };
const maintainer = 'lvs-director maintainers <maintainers@lvs-director.invalid>';

/** Of the binaries that Node's releases are, and of koffi's and netlink's: what `objdump -T` names at most. */
const ofBinaries = ['libc6 (>= 2.28)', 'libgcc-s1 | libgcc1', 'libstdc++6 (>= 8)'];
const ofScripts = ['systemd | systemd-standalone-sysusers', 'systemd | systemd-standalone-tmpfiles'];

/** @returns the path of the package */
export function buildDeb({ root, version, epoch, runtime }, out) {
  // One name for both, so that the one is an upgrade of the other, which a daemon that runs outlives.
  const full = runtime === undefined ? `${version}+nodejs` : version;
  const architecture = architectures[process.arch];
  addDocuments(root, full, epoch);
  if (runtime !== undefined) addOverrides(root);
  const control = join(root, 'DEBIAN');
  mkdirSync(control);
  const files = filesIn(root).filter((path) => !path.startsWith(control));
  const kilobytes = files.reduce((sum, path) => sum + Math.ceil(statSync(path).size / 1024), 0);
  writeFileSync(join(control, 'control'), controlOf({ full, architecture, kilobytes, runtime }));
  const absolute = (path) => `/${relative(root, path)}`;
  writeFileSync(
    join(control, 'conffiles'),
    linesOf(files.map(absolute).filter((path) => path.startsWith('/etc/'))),
  );
  writeFileSync(
    join(control, 'md5sums'),
    linesOf(
      files
        .filter((path) => !absolute(path).startsWith('/etc/'))
        .map((path) => `${md5(path)}  ${relative(root, path)}`),
    ),
  );
  for (const script of readdirSync('packaging/deb').filter((name) => /^p(?:re|ost)(?:inst|rm)$/.test(name))) {
    copyFileSync(join('packaging/deb', script), join(control, script));
  }
  settleTimes(root, epoch);
  const deb = join(out, `lvs-director_${full}_${architecture}.deb`);
  const compress = process.env.COMPRESS === undefined ? ['-Zxz'] : [`-Z${process.env.COMPRESS}`];
  execFileSync('dpkg-deb', ['--root-owner-group', ...compress, '--build', root, deb], {
    // How many threads compress decides on where the blocks begin.
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch), DPKG_DEB_THREADS_MAX: '1' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return deb;
}

const linesOf = (lines) => lines.map((line) => `${line}\n`).join('');
const md5 = (path) => createHash('md5').update(readFileSync(path)).digest('hex');

function controlOf({ full, architecture, kilobytes, runtime }) {
  const depends = [...(runtime ? [] : ['nodejs (>= 20.19)']), ...ofBinaries, ...ofScripts];
  return `Package: lvs-director
Version: ${full}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${kilobytes}
Depends: ${depends.join(', ')}
Recommends: kmod
Suggests: ipvsadm, bash-completion, logrotate
Section: net
Priority: optional
Description: ${summary}
${descriptionOf(runtime).map(indented).join('\n .\n')}
`;
}

const indented = (text) => text.replace(/^/gm, ' ');

/** What Debian asks for in usr/share/doc. */
function addDocuments(root, full, epoch) {
  const documents = join(root, 'usr/share/doc/lvs-director');
  writeFileSync(join(documents, 'copyright'), copyrightOf());
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  writeGzip(
    join(documents, 'changelog.gz'),
    `lvs-director (${full}) unstable; urgency=medium\n\n  * CHANGELOG.md says what a user notices.\n\n -- ${maintainer}  ${date}\n`,
  );
}

/** What lintian says of a Node that is not Debian's, and why it stays. */
function addOverrides(root) {
  const overrides = join(root, 'usr/share/lintian/overrides');
  mkdirSync(overrides, { recursive: true });
  copyFileSync('packaging/deb/lintian-overrides', join(overrides, 'lvs-director'));
}

/** LICENSE in the form of Debian's (dep5); the texts of all parts stand in one file beside it. */
function copyrightOf() {
  const [, holder, ...text] = readFileSync('LICENSE', 'utf8').trim().split('\n\n');
  const lines = text
    .join('\n\n')
    .split('\n')
    .map((line) => ` ${line === '' ? '.' : line}`);
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: lvs-director
Comment: The licences of the packages that are within, and of Node.js where it
 is, stand in /usr/share/doc/lvs-director/third-party-notices.txt.

Files: *
Copyright: ${holder.replace('Copyright (c) ', '')}
License: Expat

License: Expat
${lines.join('\n')}
`;
}
