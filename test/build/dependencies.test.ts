// What other people's code a director runs: docs/dependencies.md has each package with what stands in its manifest, package.json
// pins each, the lock file has the hash of each, and each licence is one of the list.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: plain JavaScript, as make needs no build for it
import * as notices from '../../scripts/build/notices.mjs';
// @ts-expect-error: as above
import * as runtime from '../../scripts/build/runtime-packages.mjs';
import { read } from '../tidy/sources.ts';

type Manifest = { readonly name: string; readonly version: string; readonly license?: string };
type Locked = Readonly<Record<string, Manifest & { readonly integrity?: string; readonly link?: boolean }>>;
const { isAllowed, licenseIn } = notices as {
  readonly isAllowed: (license: unknown) => boolean;
  readonly licenseIn: (manifest: Manifest) => string | undefined;
};
const { importedPackages, runtimeFolders } = runtime as {
  readonly importedPackages: () => readonly string[];
  readonly runtimeFolders: (packages: unknown, roots?: readonly string[]) => readonly string[];
};

const jsonOf = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const manifestOf = (name: string) => jsonOf(join('node_modules', name, 'package.json')) as Manifest;
const { packages } = jsonOf('package-lock.json') as { readonly packages: Locked };
const page = read('docs/dependencies.md');

/** In kB, as it is unpacked, without packages of its own. */
function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.includes('node_modules'),
  );
  const sizes = files
    .map((name) => statSync(join(folder, name)))
    .map((file) => (file.isFile() ? file.size : 0));
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000);
}

/** The rows of the table below a heading, by their first cell. */
function rowsOf(heading: string): ReadonlyMap<string, readonly string[]> {
  const [, section = ''] = page.split(`## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  return new Map(
    rows.map((line) => {
      const cells = line.split('|').map((cell) => cell.trim());
      return [(cells[1] ?? '').replaceAll('`', ''), cells.slice(2, -1)] as const;
    }),
  );
}

describe('docs/dependencies.md', () => {
  it('has every package that our sources import, as it is installed', () => {
    const rows = rowsOf('What a director runs');
    expect([...rows.keys()].sort()).toEqual(importedPackages());
    for (const name of importedPackages()) {
      const [version, released, license, size, ...words] = rows.get(name) ?? [];
      const manifest = manifestOf(name);
      const wanted = [manifest.version, licenseIn(manifest), `${sizeOf(join('node_modules', name))} kB`];
      expect([version, license, size], name).toEqual(wanted);
      expect(released, name).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(words, name).toEqual([expect.stringMatching(/\w{3}/), expect.stringMatching(/\w{3}/)]);
    }
  });

  it('has every package that these bring', () => {
    const brought = runtimeFolders(packages)
      .filter((folder) => !importedPackages().includes(folder.replace('node_modules/', '')))
      .map((folder) => folder.replace(/^.*node_modules\//, ''))
      .filter((name) => !name.startsWith('@koromix/'));
    const [, behind = ''] = page.split('## What comes with them\n');
    const [section = ''] = behind.split('\n## ');
    const named = [...section.matchAll(/`([^`]+)`/g)];
    expect([...new Set(named.map(([, name]) => name))].sort()).toEqual([...new Set(brought)].sort());
  });

  it('has every tool', () => {
    const { dependencies, devDependencies } = jsonOf('package.json') as {
      readonly dependencies: Readonly<Record<string, string>>;
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const tools = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !importedPackages().includes(name) && !name.startsWith('@types/'),
    );
    expect([...rowsOf('Tools').keys()].sort()).toEqual(tools.sort());
  });
});

describe('versions', () => {
  it('are pinned in package.json: no range is left', () => {
    const manifest = jsonOf('package.json') as Readonly<
      Record<string, Readonly<Record<string, string>> | undefined>
    >;
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']) {
      for (const [name, version] of Object.entries(manifest[kind] ?? {})) {
        expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
        expect(packages[`node_modules/${name}`]?.version, name).toBe(version);
      }
    }
  });

  it('are held by a hash each in the lock file', () => {
    for (const [folder, { integrity }] of Object.entries(packages)) {
      if (folder !== '') expect(integrity, folder).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
    }
  });
});

describe('licences', () => {
  it('of all that runs are of the list, installed here or for another platform', () => {
    for (const folder of runtimeFolders(packages)) {
      const name = folder.replace(/^.*node_modules\//, '');
      const license = licenseIn({ ...(packages[folder] as Manifest), name });
      expect(isAllowed(license), `${name}: ${license}`).toBe(true);
    }
  });

  it.each(['GPL-3.0-only', 'AGPL-3.0', 'UNLICENSED', 'SEE LICENSE IN x', '', 'MIT AND GPL-2.0', undefined])(
    'refuse %s',
    (license) => expect(isAllowed(license)).toBe(false),
  );

  it.each(['MIT', '(MIT OR GPL-2.0)', 'GPL-2.0 OR Apache-2.0'])('take %s', (license) =>
    expect(isAllowed(license)).toBe(true),
  );
});
