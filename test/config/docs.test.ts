// The pages that speak of configuration, held to the code. UPDATE=1 writes what is generated.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { documentSchema } from '../../src/config/document.ts';
import { globalKeys, virtualKeys } from '../../src/config/ldirectord/keys.ts';
import { type Divergence, divergences } from './divergences.ts';
import { problemCases } from './problems/cases.ts';
import { renderReference, sections } from './reference.ts';

const page = (name: string) => join(import.meta.dirname, '../../docs', name);
const readPage = (name: string) => readFileSync(page(name), 'utf8');

function matches(name: string, wanted: string): void {
  if (process.env.UPDATE === '1') writeFileSync(page(name), wanted);
  expect(readPage(name)).toBe(wanted);
}

function fill(text: string, marker: string, rows: readonly string[]): string {
  const start = text.indexOf(`<!-- ${marker} -->`);
  const table = rows.length === 0 ? '' : `${rows.join('\n')}\n`;
  const head = '| case | why |\n|---|---|\n';
  const stop = text.indexOf('<!-- end -->', start);
  return `${text.slice(0, start)}<!-- ${marker} -->\n${head}${table}${text.slice(stop)}`;
}

describe('docs/config.md', () => {
  it('has every key of the schema with its default and meaning', () => {
    matches('config.md', renderReference(readPage('config.md')));
  });

  it.each(allKeys(documentSchema))('has a sentence for %s', (_, schema) => {
    const { description } = (schema.meta() ?? {}) as { readonly description?: string };
    expect(description).toMatch(/^[\w`].{8,}[.\])]$/);
  });

  it.each(allKeys(documentSchema))('has a row for %s', (_, schema) => {
    expect([...sections.values()].some((shape) => Object.values(shape).includes(schema))).toBe(true);
  });

  it('has a row for every directive of ldirectord', () => {
    const rows = new Set([...sections.values()].flatMap(Object.keys));
    const heads = new Set(['real6', 'virtual6']);
    const dropped = new Set(['connecttimeout', 'timeout']);
    const missing = [...globalKeys.keys(), ...virtualKeys.keys()].filter(
      (key) => !rows.has(key) && !heads.has(key) && !dropped.has(key),
    );
    expect(missing).toEqual([]);
  });
});

/** Every key of the schema, however deep, with the path to it. */
function allKeys(schema: z.ZodType, path = ''): readonly (readonly [path: string, schema: z.ZodType])[] {
  if (schema instanceof z.ZodOptional) return allKeys(schema.unwrap() as z.ZodType, path);
  if (schema instanceof z.ZodArray) return allKeys(schema.element as z.ZodType, path);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape as Readonly<Record<string, z.ZodType>>).flatMap(([key, each]) => [
    [`${path} ${key}`.trim(), each] as const,
    ...allKeys(each, `${path} ${key}`.trim()),
  ]);
}

describe('docs/ldirectord-differences.md', () => {
  it('lists every divergence with its reason', () => {
    const rows = (kind: Divergence['kind']) =>
      [...divergences]
        .filter(([, divergence]) => divergence.kind === kind)
        .map(([name, { reason }]) => `| ${name} | ${reason} |`);
    const text = readPage('ldirectord-differences.md');
    const marked = [
      ['taken', rows('we take it')],
      ['results', rows('another result')],
    ] as const;
    matches(
      'ldirectord-differences.md',
      marked.reduce((page, [marker, each]) => fill(page, marker, each), text),
    );
  });
});

describe('docs/errors.md', () => {
  it.each(problemCases.map((each) => [each.rule, each.problem] as const))('tells of: %s', (_, problem) => {
    const act = /Cannot ([^:]*):/.exec(problem)?.[1] ?? expect.fail(`no act in ${problem}`);
    const general = act
      .replace(/^use (name|virtual_router_id|address) .*/, 'use $1')
      .replace(/^use all of (?!virtual$).*/, 'use all of PLACE')
      .replace(/^honour (?!preempt_delay).*/, 'honour KEY')
      .replace(/^read .*/, 'read ')
      .replace(/^read "/, 'read "');
    const isUnused = problem.includes(': warning: ') && /^use (?:\w+, )*(?:\w+ and )?\w+$/.test(act);
    const page = readPage('errors.md');
    const isTold = page.includes(`\`${general}`) || (isUnused && page.includes('`use KEY`'));
    expect(isTold, `docs/errors.md has "${general}"`).toBe(true);
  });
});
