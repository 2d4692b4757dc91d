// A package for rpm of a staged tree: a spec that lists what is there, and rpmbuild to pack it. Its scripts (packaging/rpm/) do
// as dpkg's (packaging/deb/). What the binaries need is found by rpm itself. RPM's own pages: "Spec file format",
// "Scriptlets"; Fedora's packaging guidelines for the places of zsh's functions and of licences.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { filesIn, foldersIn, linksIn, settleTimes } from './tree.mjs';
import { descriptionOf, summary } from './words.mjs';

const architectures = { x64: 'x86_64', arm64: 'aarch64' };
const payloads = { none: 'w.ufdio', gzip: 'w1.gzdio' };
const scripts = ['post', 'preun', 'postun'];
/** Where this package alone has files, and so the folders. */
const owned =
  /^\/(?:usr\/lib\/lvs-director|usr\/share\/(?:doc|licenses)\/lvs-director|etc\/lvs-director)(?:\/|$)/;

/** @returns the path of the package */
export function buildRpm({ root, version, epoch, runtime }, out) {
  const full = runtime === undefined ? `${version}+nodejs` : version;
  placeAsRpmHasIt(root);
  settleTimes(root, epoch);
  const folder = dirname(root);
  const spec = join(folder, 'lvs-director.spec');
  writeFileSync(spec, specOf({ root, full, runtime }));
  const settings = {
    _topdir: join(folder, 'rpm'),
    _rpmdir: folder,
    _rpmfilename: '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm',
    _buildhost: 'localhost',
    _binary_payload: payloads[process.env.COMPRESS] ?? 'w9.xzdio',
    _build_id_links: 'none',
    use_source_date_epoch_as_buildtime: '1',
    clamp_mtime_to_source_date_epoch: '1',
    __os_install_post: '%{nil}',
    debug_package: '%{nil}',
  };
  const defined = Object.entries(settings).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  execFileSync('rpmbuild', ['-bb', '--noclean', '--buildroot', root, ...defined, spec], {
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch), LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const name = `lvs-director-${full}-1.${architectures[process.arch]}.rpm`;
  copyFileSync(join(folder, name), join(out, name));
  return join(out, name);
}

function placeAsRpmHasIt(root) {
  const licenses = join(root, 'usr/share/licenses/lvs-director');
  mkdirSync(licenses, { recursive: true });
  copyFileSync('LICENSE', join(licenses, 'LICENSE'));
  const zsh = join(root, 'usr/share/zsh');
  mkdirSync(join(zsh, 'site-functions'));
  renameSync(join(zsh, 'vendor-completions/_lvs-director'), join(zsh, 'site-functions/_lvs-director'));
  rmdirSync(join(zsh, 'vendor-completions'));
  // rpm looks for what they need in files that are executable alone.
  for (const path of filesIn(root).filter((each) => each.endsWith('.node'))) chmodSync(path, 0o755);
}

function specOf({ root, full, runtime }) {
  const script = (name) => `%${name}\n${withoutFirstLine(readFileSync(join('packaging/rpm', name), 'utf8'))}`;
  return `Name: lvs-director
Version: ${full}
Release: 1
Summary: ${summary}
License: MIT
AutoProv: no
${runtime === undefined ? 'Requires: nodejs(engine) >= 20.19\n' : ''}Requires: systemd
Recommends: kmod
Suggests: ipvsadm, bash-completion, logrotate

%description
${descriptionOf(runtime).join('\n\n')}

${scripts.map(script).join('\n')}
%files
${listed(root).join('\n')}
`;
}

/** The interpreter is rpm's matter. */
const withoutFirstLine = (text) => text.replace(/^#!.*\n/, '');

function listed(root) {
  const absolute = (path) => `/${relative(root, path)}`;
  const folders = foldersIn(root)
    .map(absolute)
    .filter((path) => owned.test(path));
  const files = [...filesIn(root), ...linksIn(root)].map(absolute);
  return ['%defattr(-,root,root)', ...folders.map((path) => `%dir ${path}`), ...files.map(kindOf)];
}

function kindOf(path) {
  if (path.startsWith('/etc/')) return `%config(noreplace) ${path}`;
  if (basename(path) === 'LICENSE') return `%license ${path}`;
  return /^\/usr\/share\/(?:doc|man)\//.test(path) ? `%doc ${path}` : path;
}
