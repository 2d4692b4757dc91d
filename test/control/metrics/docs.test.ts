// The table of all metrics in docs/monitoring.md, made of the table in the code. UPDATE=1 writes it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  daemonFamilies,
  type Family,
  processFamilies,
  routerFamilies,
  serverFamilies,
  serviceFamilies,
} from '../../../src/control/metrics/families.ts';
import { keepalivedFamilies } from '../../../src/control/metrics/keepalived-names.ts';

const page = join(import.meta.dirname, '../../../docs/monitoring.md');
const tables: Readonly<Record<string, Readonly<Record<string, Family>>>> = {
  daemon: daemonFamilies,
  routers: routerFamilies,
  services: serviceFamilies,
  servers: serverFamilies,
  process: processFamilies,
  'keepalived-exporter': keepalivedFamilies,
};

function rowsOf(families: Readonly<Record<string, Family>>): string {
  const rows = Object.entries(families).map(
    ([name, { type, labels, help }]) => `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help} |`,
  );
  return ['| name | type | labels | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}

it('docs/monitoring.md has every metric', () => {
  const text = readFileSync(page, 'utf8');
  const wanted = Object.entries(tables).reduce((found, [name, families]) => {
    const marker = `<!-- metrics: ${name} -->\n`;
    const start = found.indexOf(marker);
    const stop = found.indexOf('<!-- end -->', start);
    if (start < 0 || stop < 0) throw new Error(`docs/monitoring.md has no markers for ${name}`);
    return `${found.slice(0, start)}${marker}${rowsOf(families)}${found.slice(stop)}`;
  }, text);
  if (process.env.UPDATE === '1') writeFileSync(page, wanted);
  expect(readFileSync(page, 'utf8')).toBe(wanted);
});
