// Generated files, each asked of the stock ldirectord's parser and of ours: the same services, to each value, or both refuse.
// GENERATED=5000 tries more, SEED=7 others.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCfText, warningLines } from '../../make/environment.ts';
import { shrunk } from '../../make/shrink-lines.ts';
import { askStock, hasStock } from './ask-stock.ts';
import { differencesOf } from './differences.ts';
import { ldirectordFile } from './generate.ts';
import { asMeant, readings, refusals } from './intended.ts';

const count = Number(process.env.GENERATED ?? 120);
const seed = Number(process.env.SEED ?? 1);

const differ = (text: string): readonly string[] => differencesOf(text, askStock([asMeant(text)])[0]);

describe.skipIf(!hasStock)(
  `generated files beside the stock parser${hasStock ? '' : ' (no ldirectord here)'}`,
  () => {
    it('means the same to both', async () => {
      const texts = fc.sample(ldirectordFile, { seed, numRuns: count });
      const tables = askStock(texts.map(asMeant));
      expect(tables.filter((table) => table !== undefined).length).toBeGreaterThan(count / 3);
      const wrong = texts.find((text, i) => differencesOf(text, tables[i]).length > 0);
      const small = wrong === undefined ? '' : await shrunk(wrong, async (text) => differ(text).length > 0);
      expect(small === '' ? [] : differ(small), small).toEqual([]);
    });

    it('has a receive that stock loses behind a request with a slash, and says so', () => {
      const file = (request: string) =>
        `virtual=192.0.2.1:80\n    real=10.0.0.1:80 gate 1 "${request}", "ok" l:1 u:9\n`;
      const servers = (text: string) => askStock([text])[0]?.virtual[0]?.real;
      expect(servers(file('r'))).toMatchObject([{ request: '/r', receive: 'ok', 'l-threshold': '1' }]);
      expect(servers(file('/r'))).toMatchObject([{ request: '/r', receive: '' }]);
      const ours = parseCfText(file('/r'));
      expect(ours.config?.virtuals[0]?.reals[0]).toMatchObject({
        request: '/r',
        receive: 'ok',
        upperThreshold: 9,
      });
      expect(warningLines(ours).join()).toContain('it drops the receive');
      expect(warningLines(parseCfText(file('r'))).join()).not.toContain('it drops');
    });

    it('does otherwise only where docs/ldirectord-differences.md names it', () => {
      const page = readFileSync('docs/ldirectord-differences.md', 'utf8');
      const names = [...refusals, ...readings].map(({ name }) => name);
      expect(names.filter((name) => !page.includes(`**${name}**`))).toEqual([]);
    });

    it.each([
      ['10.0.0.2:80 gate -1 "r", "ok" l:1 u:9', 'got -1'],
      ['10.0.0.2:80 gate 3 4 "r", "ok"', 'got 4'],
      ['10.0.0.2:80 masq, "r" l: u:9', 'got , "r" l:'],
      ['010.0.0.2:80 gate', 'it is read as 8.0.0.2'],
      ['10.2:80 gate 1 "a"b", "ok"', 'no quotes inside'],
    ])('reads %s as stock does, with a word', (line, warning) => {
      const text = `virtual=192.0.2.1:80\n    real=${line}\n`;
      const [stock] = askStock([text]);
      expect(stock).toBeDefined();
      expect(differencesOf(text, stock)).toEqual([]);
      expect(warningLines(parseCfText(text)).join()).toContain(warning);
    });

    it('tells a value that differs', () => {
      const file = (weight: number) => `virtual=192.0.2.1:80\n    real=10.0.0.1:80 gate ${weight}\n`;
      const [stock] = askStock([file(2)]);
      expect(differencesOf(file(2), stock)).toEqual([]);
      expect(differencesOf(file(3), stock).join()).toContain('reals');
    });
  },
);
