// The sample configs that are shipped: both directors can run them; and what a slip of the keyboard makes of them
// is told, never thrown.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { environment, problemLines } from '../make/environment.ts';

const files = ['lvs-director.yaml', 'ldirectord.cf'] as const;
const read = (name: string) => readFileSync(join(import.meta.dirname, '../../etc', name), 'utf8');

const pages = ['README.md', 'README.zh.md'].flatMap((page) =>
  [...read(`../${page}`).matchAll(/```yaml\n(vrrp:\n[^`]*)```/g)].map(
    ([, text = ''], nth) => [`${page}, ${nth + 1}`, text] as const,
  ),
);

it('the configs of both READMEs are found: one, and one of each topology', () => {
  expect(pages.map(([name]) => name)).toEqual([
    'README.md, 1',
    'README.zh.md, 1',
    'README.zh.md, 2',
    'README.zh.md, 3',
  ]);
});

it.each(pages)('the config in %s is good, without a warning', (_, text) => {
  const result = parseConfig(text, 'readme.yaml', { ...environment, director: 'lvs1' });
  expect(problemLines(result)).toEqual([]);
  expect(result.config?.virtuals).toHaveLength(1);
});

describe.each(files)('etc/%s', (name) => {
  const text = read(name);

  it.each(['lvs1', 'lvs2'])('is good for %s, without a warning', (director) => {
    const result = parseConfig(text, name, { ...environment, director });
    expect(problemLines(result)).toEqual([]);
    expect(result.config?.director.name).toBe(director);
    expect(result.config?.vrrp).toHaveLength(1);
    expect(result.config?.virtuals.length).toBeGreaterThan(1);
  });

  it.runIf(name.endsWith('.yaml'))('has examples in comments that are good as well', () => {
    const router = '{name: VI_2, interface: eth1, virtual_router_id: 52, virtual_ipaddress: [10.0.1.9]';
    const example = text
      .replace('\nvrrp:\n', `\nvrrp:\n  - ${router}, priority: {lvs1: 150, lvs2: 100}}\n`)
      .replaceAll(/^( *)# (?=track_|vrrp_|notify)/gm, '$1')
      .replaceAll(/^#(?= {3}- )/gm, '');
    const result = parseConfig(example, name, { ...environment, director: 'lvs1' });
    expect(problemLines(result)).toEqual([]);
    const kinds = result.config?.vrrp[1]?.trackers?.map(
      ({ kind, name: of, weight }) => `${kind} ${of} ${weight}`,
    );
    expect(kinds).toEqual([
      'interface eth1 0',
      'interface eth2 -20',
      'script uplink -60',
      'file by_hand 1',
      'process bird -10',
      'virtual tcp 192.168.6.240:80 0',
      'interface eth3 0',
    ]);
    expect(result.config?.vrrp[1]?.notify).toEqual({ every: { command: ['/usr/local/bin/on-vrrp'] } });
    expect(result.config?.vrrp.map(({ syncGroup }) => syncGroup)).toEqual(['VG_1', 'VG_1']);
  });

  it('mutated at random is a config or has errors, and never throws', () => {
    const edit = fc.record({
      at: fc.nat(text.length),
      remove: fc.nat(12),
      insert: fc.oneof(
        fc.constantFrom(
          '',
          '\n',
          ' ',
          '\t',
          '#',
          '"',
          ': ',
          '=',
          '[',
          '{',
          '}',
          '- ',
          '\0',
          '\r\n',
          '999999999999',
          '->',
          '::',
          '*x',
          '&x ',
          '__proto__: 1\n',
          'constructor',
        ),
        fc.string({ maxLength: 8, unit: 'binary' }),
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const mutant = edits.reduce(
          (all, { at, remove, insert }) => all.slice(0, at) + insert + all.slice(at + remove),
          text,
        );
        const { config, problems } = parseConfig(mutant, name, { ...environment, director: 'lvs1' });
        const lines = mutant.split(/\r\n|\r|\n/).length;
        expect(config === undefined).toBe(problems.some(({ severity }) => severity === 'error'));
        for (const { at, message } of problems) {
          expect(message).toMatch(/^Cannot .+: expected .+, got ./);
          expect(at.line).toBeGreaterThan(0);
          expect(at.line).toBeLessThanOrEqual(lines + 1);
        }
      }),
      { numRuns: 600 },
    );
  });
});
