// Public ldirectord configs and micro-cases of its grammar, against what stock ldirectord 4.12 made of each.
// The corpus is no part of this repository: LVS_CORPUS, or ../shared/corpus/ldirectord beside the checkout.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { corpusBeside } from '../make/corpus-beside.ts';
import { environment, errorLines, warningLines } from '../make/environment.ts';
import { divergences } from './divergences.ts';
import { ofConfig, ofStock, type StockTable } from './ldirectord/stock.ts';

const corpus = corpusBeside('ldirectord');

type Case = {
  readonly name: string;
  readonly text: string;
  /** Absent where stock refuses the file, for `error`. */
  readonly stock?: StockTable;
  readonly error?: string;
};

const files = (): readonly Case[] =>
  readdirSync(corpus)
    .filter((name) => name.endsWith('.cf'))
    .map((name) => {
      const expected = join(corpus, 'expected', `${name}.json`);
      const text = readFileSync(join(corpus, name), 'utf8');
      return existsSync(expected)
        ? { name, text, stock: JSON.parse(readFileSync(expected, 'utf8')) as StockTable }
        : { name, text, error: 'see EXPECTED.tsv' };
    });

const grammarCases = (): readonly Case[] =>
  readFileSync(join(corpus, 'grammar-cases.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { name, config, result, error } = JSON.parse(line) as Record<string, string> & {
        result?: StockTable;
      };
      return {
        name: name ?? '',
        text: config ?? '',
        ...(result ? { stock: result } : { error: error ?? '' }),
      };
    });

if (!existsSync(corpus)) {
  describe.skip(`ldirectord corpus: no directory ${corpus}`, () => {
    it('is compared with stock ldirectord', () => {});
  });
} else {
  describe.each([
    ['public files', files()],
    ['grammar cases', grammarCases()],
  ] as const)('ldirectord corpus: %s', (_, cases) => {
    it.each(cases)('$name', ({ name, text, stock }) => {
      const ours = parseConfig(text, 'case.cf', environment);
      const divergence = divergences.get(name);
      if (divergence?.kind === 'we take it') {
        expect(stock).toBeUndefined();
        expect(errorLines(ours)).toEqual([]);
        if (divergence.warning !== undefined)
          expect(warningLines(ours).join('\n')).toContain(divergence.warning);
        else expect(warningLines(ours)).toEqual([]);
      } else if (stock === undefined) {
        expect(errorLines(ours)).not.toEqual([]);
      } else {
        expect(errorLines(ours)).toEqual([]);
        const config = ours.config ?? expect.fail('no config');
        const mine = ofConfig(config);
        expect(config.autoreload).toBe(stock.global.autoreload === 'yes');
        expect(config.maintenancedir ?? null).toBe(stock.global.maintenancedir);
        if (divergence === undefined) expect(mine).toEqual(ofStock(stock));
        else expect(mine).toEqual(divergence.change(ofStock(stock)));
      }
    });
  });

  it('lists no divergence that is none', () => {
    const names = new Set([...files(), ...grammarCases()].map((each) => each.name));
    expect([...divergences.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
}
