import { describe, expect, it } from 'vitest';
import type { MetricsConfig } from '../../src/model/config/config.ts';
import { parseYamlText } from '../make/environment.ts';

const metricsOf = (section: string): MetricsConfig | undefined => parseYamlText(section).config?.metrics;

describe('metrics', () => {
  it('is absent where the file says nothing of it, and then listens nowhere', () => {
    expect(parseYamlText('autoreload: no\n').config).not.toHaveProperty('metrics');
  });

  it('listens nowhere unless told, with every family of metrics but those of keepalived-exporter', () => {
    expect(metricsOf('metrics: {}\n')).toEqual({ servers: true, keepalivedNames: false });
  });

  it.each([
    ['9650', { address: '127.0.0.1', port: 9650 }],
    ['127.0.0.1:9650', { address: '127.0.0.1', port: 9650 }],
    ['0.0.0.0:1', { address: '0.0.0.0', port: 1 }],
    ['"[::1]:65535"', { address: '::1', port: 65_535 }],
    ['"[::]:9650"', { address: '::', port: 9650 }],
  ])('listens at %s', (text, listen) => {
    expect(metricsOf(`metrics: {listen: ${text}}\n`)?.listen).toEqual(listen);
  });

  it.each([
    '0',
    '65536',
    '"::1:9650"',
    '"[127.0.0.1]:9650"',
    'localhost:9650',
    '":9650"',
    '127.0.0.1',
    '-1',
    '1e3',
    '256.1.1.1:80',
  ])('refuses %s', (text) => {
    const { config, problems } = parseYamlText(`metrics: {listen: ${text}}\n`);
    expect(config).toBeUndefined();
    expect(problems[0]?.message).toContain('expected ADDRESS:PORT with a literal address');
  });

  it.each([
    ['127.0.0.1:1', 0],
    ['127.8.0.1:1', 0],
    ['"[::1]:1"', 0],
    ['9650', 0],
    ['0.0.0.0:1', 1],
    ['10.0.0.1:1', 1],
    ['"[::]:1"', 1],
    ['"[fd00::1]:1"', 1],
  ])('warns where others than this host reach it: %s', (text, warnings) => {
    const { problems } = parseYamlText(`metrics: {listen: ${text}}\n`);
    expect(problems.map(({ severity }) => severity)).toEqual(Array(warnings).fill('warning'));
  });

  it('takes what is said of servers and of names', () => {
    expect(metricsOf('metrics: {servers: no, keepalived_names: yes}\n')).toEqual({
      servers: false,
      keepalivedNames: true,
    });
  });
});
