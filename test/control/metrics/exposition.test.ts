import { describe, expect, it } from 'vitest';
import { familyLines, formatFor, inSlices, labelsOf, step } from '../../../src/control/metrics/exposition.ts';
import type { Family } from '../../../src/control/metrics/families.ts';

describe('the format', () => {
  const now =
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
  it.each([
    ['what Prometheus 2.42 asks for', now, 'openmetrics'],
    [
      'what Prometheus 2.30 asks for',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['what curl asks for', '*/*', 'text'],
    ['nothing', '', 'text'],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
    ['text rather than OpenMetrics', 'application/openmetrics-text;q=0.2, text/plain', 'text'],
    ['OpenMetrics of an earlier version alone', 'application/openmetrics-text;version=0.0.1', 'text'],
    ['OpenMetrics not at all', 'application/openmetrics-text;version=1.0.0;q=0', 'text'],
    ['OpenMetrics of any version', 'Application/OpenMetrics-Text ; charset=utf-8', 'openmetrics'],
    ['a quality that is none', 'application/openmetrics-text;q=9', 'text'],
  ])('for %s', (_, accept, format) => {
    expect(formatFor(accept)).toBe(format);
  });
});

describe('a label', () => {
  it.each([
    ['tcp 192.168.6.240:80', 'tcp 192.168.6.240:80'],
    ['tcp [fd00::1]:80', 'tcp [fd00::1]:80'],
    ['a"b', 'a\\"b'],
    ['a\\b', 'a\\\\b'],
    ['a\nb', 'a b'],
    ['a\u202eb', 'a b'],
  ])('%j is told as %j', (value, told) => {
    expect(labelsOf({ name: value })).toBe(`name="${told}"`);
  });
});

describe('a family', () => {
  const counter: Family = { type: 'counter', labels: [], help: 'Things.' };
  const info: Family = { type: 'info', labels: ['version'], help: 'Always 1.' };
  const linesOf = (name: string, family: Family, format: 'text' | 'openmetrics', values = [1]) =>
    [
      ...familyLines(
        name,
        family,
        values.map((value) => ({ labels: '', value })),
        format,
      ),
    ].join('');

  it('is named as each format has it', () => {
    expect(linesOf('a_things_total', counter, 'text')).toBe(
      '# HELP a_things_total Things.\n# TYPE a_things_total counter\na_things_total 1\n',
    );
    expect(linesOf('a_things_total', counter, 'openmetrics')).toBe(
      '# HELP a_things Things.\n# TYPE a_things counter\na_things_total 1\n',
    );
    expect(linesOf('a_build_info', info, 'text')).toContain('# TYPE a_build_info gauge\n');
    expect(linesOf('a_build_info', info, 'openmetrics')).toContain('# TYPE a_build info\n');
  });

  it('without a sample that is a number has no head', () => {
    expect(linesOf('a_things_total', counter, 'text', [])).toBe('');
    expect(linesOf('a_things_total', counter, 'text', [Number.NaN, Number.POSITIVE_INFINITY])).toBe('');
  });
});

it('slices have all lines, in order, and are made when they are asked for', () => {
  let made = 0;
  function* lines() {
    for (; made < 1001; made += 1) yield `${made}\n`;
  }
  const slices = inSlices(lines())[Symbol.iterator]();
  const first = slices.next().value ?? '';
  expect(first.split('\n')).toHaveLength(201);
  expect(made).toBeLessThan(202);
  expect([first, ...slices].join('').split('\n')).toHaveLength(1002);
});

it('slices are of steps, with or without a line', () => {
  function* steps() {
    for (let made = 0; made < 1000; made += 1) yield made % 250 === 0 ? `${made}\n` : step;
  }
  expect([...inSlices(steps())]).toEqual(['0\n', '250\n', '500\n', '750\n', '']);
});
