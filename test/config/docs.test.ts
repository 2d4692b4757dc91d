// The pages that speak of configuration, held to the code. UPDATE=1 writes what is generated.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
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

  it.each(
    [...sections].flatMap(([name, shape]) =>
      Object.entries(shape).map(([key, schema]) => [name, key, schema] as const),
    ),
  )('explains %s %s', (_, key, schema) => {
    const meaning = /\| (?:`[^`]*`|required)? ?\| (.+) \|/.exec(renderedRow(key))?.[1] ?? '';
    expect(schema).toBeDefined();
    expect(meaning.length).toBeGreaterThan(8);
  });
});

const renderedRow = (key: string): string =>
  readPage('config.md')
    .split('\n')
    .find((line) => line.startsWith(`| \`${key}\` |`)) ?? '';

describe('docs/ldirectord-differences.md', () => {
  it('lists every divergence with its reason', () => {
    const rows = (kind: Divergence['kind']) =>
      [...divergences]
        .filter(([, divergence]) => divergence.kind === kind)
        .map(([name, { reason }]) => `| ${name} | ${reason} |`);
    const text = readPage('ldirectord-differences.md');
    matches(
      'ldirectord-differences.md',
      fill(fill(text, 'taken', rows('we take it')), 'results', rows('another result')),
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
    expect(readPage('errors.md').includes(`\`${general}`), `docs/errors.md has "${general}"`).toBe(true);
  });
});
