// What the sources and the pages refer to can be opened by whoever has the repository: each page, section, rule and
// path is there. Of a page of another project the repository is named beside it ("doc/health-checking.md of grpc/grpc").
import { existsSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesUnder, isTypeScript, read, root } from './sources.ts';

const isText = (path: string): boolean => /\.(?:ts|mjs|js|sh|txt|json|yaml|conf|service)$/.test(path);
const sources = [
  'Makefile',
  ...['src', 'test', 'bench', 'scripts', 'systemd', 'etc'].flatMap((folder) => filesUnder(folder, isText)),
].filter((path) => path !== 'test/tidy/citations.test.ts' && !path.startsWith('test/corpus/'));
const testsAndBenches = ['test', 'bench', 'scripts'].flatMap((folder) => filesUnder(folder, isTypeScript));
const isPage = (path: string): boolean => path.endsWith('.md');
const pages = [
  ...['README.md', 'README.zh.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...filesUnder('docs', isPage),
  ...filesUnder('src', isPage),
];

const isThere = (path: string): boolean => existsSync(join(root, path));

/** Comments as running text: a name may stand on one line and its section on the next. */
const running = (text: string): string => text.replaceAll(/\n[ \t]*(?:\/\/|\*|#)?[ \t]*/g, ' ');

const section = String.raw`§\d+(?:\.\d+)*|[SL]\d{1,2}\b|"[^"]+"`;
const citation = new RegExp(
  String.raw`(?<![\w./-])((?:[\w-]+/)*[\w-]+\.md)((?:(?:,? and|,)? (?:${section})(?: \([^)]*\))?)*)( of [\w-]+/[\w-]+)?`,
  'g',
);

/** Whether a page has the section that a citation names: by number, by heading, or a rule in a table. */
function hasSection(page: string, name: string): boolean {
  const text = read(page);
  if (name.startsWith('§'))
    return new RegExp(`^#+ ${name.slice(1).replaceAll('.', '\\.')}\\.? `, 'm').test(text);
  if (/^[SL]\d/.test(name)) return text.includes(`| ${name} |`);
  const heading = name.slice(1, -1);
  return text.split('\n').some((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
}

/** @returns what is cited in a text and is not there. */
function missingIn(path: string, text: string): readonly string[] {
  return [...running(text).matchAll(citation)].flatMap(([, page = '', named = '', elsewhere]) => {
    if (elsewhere !== undefined) return [];
    const known = [page, `docs/${page}`].find(isThere);
    if (known === undefined) return [`${path}: ${page}`];
    return [...named.matchAll(new RegExp(section, 'g'))]
      .filter(([name]) => !hasSection(known, name))
      .map(([name]) => `${path}: ${known} ${name}`);
  });
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** GitHub's: lower case, blanks to hyphens, no punctuation. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe('citations', () => {
  it('in the sources name pages of the repository, and sections that these have', () => {
    expect(sources.flatMap((path) => missingIn(path, read(path)))).toEqual([]);
  });

  it('in comments name files that are there, by the end of their path at least', () => {
    const all = ['vitest.config.ts', ...filesUnder('src', isTypeScript), ...testsAndBenches];
    const wrong = [...filesUnder('src', isTypeScript), ...testsAndBenches]
      .filter((path) => !path.startsWith('test/tidy/'))
      .flatMap((path) =>
        [...read(path).matchAll(/(?:\/\/|^\s*\*|\/\*\*).*/gm)].flatMap(([comment]) =>
          [...comment.matchAll(/(?<![\w*./-])(?:[\w-]+\/)*[\w.-]+\.ts\b/g)]
            .filter(([name]) => !all.some((file) => file === name || file.endsWith(`/${name}`)))
            .map(([name]) => `${path}: ${name}`),
        ),
      );
    expect(wrong).toEqual([]);
  });

  it('of the rules of the simulator name rules that docs/reference/vrrp.md has', () => {
    const rules = filesUnder('test/sim', isTypeScript).flatMap((path) =>
      [...read(path).matchAll(/'([SL]\d{1,2})'/g)].map(([, rule = '']) => rule),
    );
    expect(rules.length).toBeGreaterThan(10);
    expect(rules.filter((rule) => !hasSection('docs/reference/vrrp.md', rule))).toEqual([]);
  });

  it('find what is missing', () => {
    const text =
      '// docs/reference/vrrp.md §1.3 and §9.9, docs/states.md "The states\n// of a virtual router", S99';
    expect(missingIn('a', `${text}; docs/nowhere.md`)).toEqual([
      'a: docs/reference/vrrp.md §9.9',
      'a: docs/states.md S99',
      'a: docs/nowhere.md',
    ]);
  });
});

describe('pages', () => {
  it('link to pages and headings that are there', () => {
    const wrong = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)]+))?\)/g)]
        .filter(([, target = '', anchor]) => {
          const path = target === '' ? page : normalize(join(dirname(page), target));
          if (!isThere(path)) return true;
          const headings = [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
            anchorOf(heading),
          );
          return anchor !== undefined && !headings.includes(anchor);
        })
        .map(([link]) => `${page}: ${link}`),
    );
    expect(wrong).toEqual([]);
  });

  it('name folders of src that are there', () => {
    const rooms = new Set(sources.filter(isTypeScript).map((path) => path.split('/')[1] ?? ''));
    const wrong = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:src\/)?([\w-]+)(?:\/[\w-]+)+)`/g)]
        .filter(
          ([, path = '', room = '']) =>
            rooms.has(room) && !/\/X$/.test(path) && !isThere(path) && !isThere(`src/${path}`),
        )
        .map(([, path]) => `${page}: ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('name files that are there', () => {
    const all = ['src', 'test', 'bench', 'scripts', 'docs', 'systemd', 'etc'].flatMap((folder) =>
      filesUnder(folder, () => true),
    );
    const fits = (name: string): boolean => {
      if (name.includes('*')) {
        const pattern = new RegExp(`^(?:src/)?${name.split('*').map(escaped).join('[^/]*')}$`);
        return all.some((path) => pattern.test(path));
      }
      return (
        isThere(name) ||
        isThere(`src/${name}`) ||
        (!name.includes('/') && all.some((path) => basename(path) === name))
      );
    };
    const wrong = pages.flatMap((page) =>
      page === 'CHANGELOG.md'
        ? []
        : [...read(page).matchAll(/(?<![\w./-])(?:[\w-]+\/)*[\w*-]+(?:\.[\w*-]+)*\.(?:ts|mjs)(?!\w)/g)]
            .filter(([name]) => !fits(name))
            .map(([name]) => `${page}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
