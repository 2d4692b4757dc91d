// What is within, as programs that look for known faults read it: CycloneDX 1.5 in JSON (cyclonedx.org/specification). Of
// the packages that the build says it took, by their manifests, with the sums of the lock file. Of the same sources the same
// bytes: no time, and no random number.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { licenseIn } from '../build/notices.mjs';

const jsonOf = (path) => JSON.parse(readFileSync(path, 'utf8'));
const purlOf = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`;

/** @param folders of packages, below node_modules */
export function sbomOf(folders) {
  const { name, version, license } = jsonOf('package.json');
  const { packages } = jsonOf('package-lock.json');
  const components = [...new Set(folders)].sort().map((folder) => componentOf(folder, packages[folder]));
  return documentOf(
    { type: 'application', 'bom-ref': `${name}@${version}`, name, version, licenses: licensesOf(license) },
    components,
  );
}

/** The same, with the Node that a package brings. */
export function withRuntime(sbom, { version }) {
  const { metadata, components } = JSON.parse(sbom);
  const purl = `pkg:generic/node@${version}`;
  const node = {
    type: 'platform',
    'bom-ref': purl,
    name: 'node',
    version,
    purl,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: licensesOf('MIT'),
  };
  return documentOf(metadata.component, [...components, node]);
}

const documentOf = (component, components) =>
  `${JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { component },
      components,
      dependencies: [{ ref: component['bom-ref'], dependsOn: components.map((each) => each['bom-ref']) }],
    },
    null,
    1,
  )}\n`;

function componentOf(folder, locked) {
  const manifest = jsonOf(join(folder, 'package.json'));
  const { name, version } = manifest;
  const purl = purlOf(name, version);
  const sum = /^sha512-(.*)$/.exec(locked?.integrity ?? '')?.[1];
  return {
    ...{ type: 'library', 'bom-ref': purl, name, version, purl, licenses: licensesOf(licenseIn(manifest)) },
    ...(sum && { hashes: [{ alg: 'SHA-512', content: Buffer.from(sum, 'base64').toString('hex') }] }),
  };
}

/** An id of SPDX, or several of which one may be chosen. */
const licensesOf = (license) =>
  / (?:OR|AND) /.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
