// What the licences of the packages in the build ask for: their texts, said beside the program. Made of what the bundler
// says it took, so that none is forgotten; a package without a text fails the build, unless it is known below whose is
// meant.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Licences under which what is linked may be given away in any form, with their text: ids of SPDX. */
export const allowed = [
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'Python-2.0',
];

/** Of a manifest that says nothing; its LICENSE does. */
const licenseOf = { radius: 'BSD-3-Clause' };
/** Parts of another package, which is there as well. */
const textIn = { [`@koromix/koffi-linux-${process.arch}`]: 'koffi' };

export const licenseIn = ({ name, license = licenseOf[name] }) => license;
/** @param license an id of SPDX, or ids of which one may be chosen: "(MIT OR Apache-2.0)" */
export const isAllowed = (license) =>
  typeof license === 'string' &&
  license
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((id) => allowed.includes(id));

/** @param metafiles of esbuild. @returns folders of packages, each once */
export function packagesOf(metafiles) {
  const folders = metafiles
    .flatMap(({ inputs }) => Object.keys(inputs))
    .flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  return [...new Set(folders)];
}

export function noticesOf(folders) {
  const parts = [...new Set(folders)].sort().map((folder) => {
    const manifest = manifestOf(folder);
    const { name, version } = manifest;
    const license = licenseIn(manifest);
    if (!isAllowed(license)) refuse(name, `one of ${allowed.join(', ')}`, license);
    const from = textIn[name] === undefined ? folder : join('node_modules', textIn[name]);
    const text = textOf(from) ?? refuse(name, 'a file LICENSE', 'none');
    return `${name} ${version} (${license})\n\n${text.trim()}\n`;
  });
  const line = `\n${'-'.repeat(78)}\n\n`;
  return `lvs-director contains these packages, under the licences given here.\n${line}${parts.join(line)}`;
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The licence, or the section of the README that holds it, and what a NOTICE adds. */
function textOf(folder) {
  const names = readdirSync(folder);
  const read = (pattern) => {
    const file = names.find((name) => pattern.test(name));
    return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8');
  };
  const text = read(/^licen[cs]e(?:\.|$)/i) ?? read(/^readme\.md$/i)?.split(/^#+ *licen[cs]e.*$/im)[1];
  return text && [text, read(/^notice(?:\.|$)/i)].filter(Boolean).join('\n');
}

function refuse(name, rule, value) {
  throw new Error(`Cannot build with ${name}: expected ${rule}, got ${value}`);
}
