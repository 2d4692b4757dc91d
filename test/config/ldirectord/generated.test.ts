// Generated files, each asked of the stock ldirectord's parser and of ours: the same services, to each value, or both refuse.
// GENERATED=5000 tries more, SEED=7 others.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCfText, warningLines } from '../../make/environment.ts';
import { shrunk } from '../../make/shrink-lines.ts';
import { askStock, hasStock } from './ask-stock.ts';
import { differencesOf } from './differences.ts';
import { ldirectordFile } from './generate.ts';

const count = Number(process.env.GENERATED ?? 120);
const seed = Number(process.env.SEED ?? 1);

const differ = (text: string): readonly string[] => differencesOf(text, askStock([text])[0]);

describe.skipIf(!hasStock)(
  `generated files beside the stock parser${hasStock ? '' : ' (no ldirectord here)'}`,
  () => {
    it('means the same to both', async () => {
      const texts = fc.sample(ldirectordFile, { seed, numRuns: count });
      const tables = askStock(texts);
      expect(tables.filter((table) => table !== undefined).length).toBeGreaterThan(count / 4);
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

    it('tells a value that differs', () => {
      const file = (weight: number) => `virtual=192.0.2.1:80\n    real=10.0.0.1:80 gate ${weight}\n`;
      const [stock] = askStock([file(2)]);
      expect(differencesOf(file(2), stock)).toEqual([]);
      expect(differencesOf(file(3), stock).join()).toContain('reals');
    });
  },
);
