// What `webhooks` takes, what it makes of it, and what it refuses or warns of.
import { describe, expect, it } from 'vitest';
import { errorLines, parseYamlText, problemLines, warningLines } from '../../make/environment.ts';

const hook = (lines: string) =>
  parseYamlText(`webhooks:\n  - url: https://h.example/x\n${lines.replaceAll(/^/gm, '    ')}\n`);
const resolved = (lines: string) => hook(lines).config?.webhooks?.[0];

describe('a webhook', () => {
  it('has defaults', () => {
    expect(resolved('template: event')).toEqual({
      ...{ name: 'h.example', url: 'https://h.example/x', template: 'event', headers: [], level: 'warn' },
      ...{ timeoutMs: 10_000, deadlineMs: 3_600_000, verify: true },
    });
  });
  it('tells at every level what it names, and an Alertmanager all that fires', () => {
    expect(resolved('events: [real.up, vrrp.*]')).not.toHaveProperty('level');
    expect(resolved('events: real.up')).toMatchObject({ events: ['real.up'] });
    expect(resolved('template: alertmanager')).not.toHaveProperty('level');
    expect(resolved('template: alertmanager\nlevel: error')).toHaveProperty('level', 'error');
  });
  it.each([
    ['events: [real.dwn]', 'the name of an event'],
    ['events: [notice.lost]', 'the name of an event'],
    ['events: ["*"]', 'the name of an event'],
    ['secret: short', 'a text of 8 to 512 printable ASCII characters'],
    ['secret: whsec_%%%%%%%%', 'or whsec_ and base64'],
    ['headers: ["Content-Type: x"]', 'NAME: VALUE, where NAME is none of'],
    ['headers: ["Host: x"]', 'NAME: VALUE, where NAME is none of'],
    ['timeout: 61', 'a time from 1s to 1m'],
    ['deadline: 2d', 'a time from 1s to 1d'],
    ['template: teams', 'one of event, slack, alertmanager'],
  ])('is refused: %s', (lines, rule) => {
    expect(errorLines(hook(lines)).join()).toContain(rule);
  });
  it.each([
    'ftp://h/',
    'h/x',
    'https://',
    'http://h/#x',
    'http://h/ x',
    'http://h:99999/',
    'http://u:%ff@h/',
    'http://h/%zz',
  ])('has no URL %s', (url) => {
    expect(errorLines(parseYamlText(`webhooks: [{url: "${url}"}]`)).join()).toContain(
      'an http:// or https:// URL',
    );
  });
  it.each([
    ['url: http://h/\n    ca: /x', 'Cannot use ca: expected an https:// URL'],
    ['url: http://h/\n    verify: no', 'Cannot use verify: expected an https:// URL'],
    ['url: https://h/\n    ca: /x\n    verify: no', 'Cannot use ca: expected verify: yes'],
    [
      'url: https://h/\n    template: alertmanager',
      'Cannot post alerts: expected a URL that ends in /api/v2/alerts',
    ],
  ])('is warned of: %j', (lines, warning) => {
    expect(warningLines(parseYamlText(`webhooks:\n  - ${lines}\n`)).join()).toContain(warning);
  });
  it('has a name of its own', () => {
    const text = 'webhooks:\n  - url: http://h/1\n  - url: http://h/2\n';
    expect(problemLines(parseYamlText(text)).join()).toContain(
      'Cannot tell webhooks apart: expected a name of its own',
    );
    expect(problemLines(parseYamlText(`${text}    name: other\n`))).toEqual([]);
  });
  it('is one of sixteen at most', () => {
    const many = Array.from({ length: 17 }, (_, index) => `  - {url: "http://h${index}/"}\n`).join('');
    expect(problemLines(parseYamlText(`webhooks:\n${many}`)).join()).toContain('at most 16, got 17');
  });
});
