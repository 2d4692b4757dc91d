import { describe, expect, it } from 'vitest';
import { isAbout, isSelected, parseSelection, parseSince } from '../../src/explain/select-events.ts';
import type { EventRecord } from '../../src/journal/record.ts';

const now = Date.parse('2026-03-01T14:00:00.000Z');
const aRecord = (fields: Readonly<Record<string, unknown>>): EventRecord => ({
  ...{ event: 'real.down', level: 'warn', message: 'm', timestamp: '2026-03-01T13:00:00.000Z' },
  ...fields,
});

describe('since', () => {
  it.each([
    ['0s', now],
    ['90s', now - 90_000],
    ['30m', now - 1_800_000],
    ['1h', now - 3_600_000],
    ['1h30m', now - 5_400_000],
    ['2d', now - 172_800_000],
    ['1w', now - 604_800_000],
    ['2026-03-01T13:00:00Z', now - 3_600_000],
    ['2026-03-01T13:00:00.250Z', now - 3_599_750],
    ['2026-03-01T14:30:00+01:00', now - 1_800_000],
  ])('%s', (text, at) => {
    expect(parseSince(text, now)).toEqual({ ok: true, value: at });
  });
  it('of a day alone is its beginning where the machine is', () => {
    expect(parseSince('2026-02-28', now)).toEqual({ ok: true, value: new Date(2026, 1, 28).getTime() });
  });
  it.each([
    '',
    'x',
    '1',
    '-1h',
    '1.5h',
    '1y',
    'yesterday',
    '2026-13-01',
    '2026-03-01T25:00:00Z',
    '9999999h',
    '1h x',
  ])('%j is refused with the rule and the value', (text) => {
    expect(parseSince(text, now)).toEqual({
      ok: false,
      error: expect.stringMatching(
        /^Cannot tell since when: expected a time span \(.*\) or an instant \(.*\), got ./,
      ),
    });
  });
  it('of the time to come is refused', () => {
    expect(parseSince('2026-03-01T14:00:01Z', now)).toMatchObject({
      ok: false,
      error: expect.stringContaining('of the past'),
    });
  });
});

describe('a selection', () => {
  it('refuses a level that is none, and no word to be about', () => {
    expect(parseSelection({ level: 'loud' }, now)).toEqual({
      ok: false,
      error: 'Cannot select events by level: expected error, warn, info, debug, got loud',
    });
    expect(parseSelection({ about: '' }, now).ok).toBe(false);
    expect(parseSelection({}, now)).toEqual({ ok: true, value: {} });
  });
  it('takes what is as serious or more', () => {
    const levels = ['error', 'warn', 'info', 'debug'] as const;
    const chosen = levels.map((least) =>
      levels.filter((level) => isSelected(aRecord({ level }), { level: least })),
    );
    expect(chosen).toEqual([['error'], ['error', 'warn'], ['error', 'warn', 'info'], [...levels]]);
  });
  it('takes what came at that time or later', () => {
    const record = aRecord({});
    expect([now - 3_600_000, now - 3_599_999].map((since) => isSelected(record, { since }))).toEqual([
      true,
      false,
    ]);
  });
});

describe('what an event is about', () => {
  const down = aRecord({
    service: 'tcp 192.168.6.240:80',
    real: '192.168.6.2:80',
    detail: 'refused by 10.0.0.9',
  });
  const vip = aRecord({
    event: 'vip.added',
    instance: 'VI_1',
    address: '192.168.6.240/24',
    interface: 'eth0',
  });
  const moved = aRecord({ event: 'vrrp.transition', instance: 'VI_1', peer: '10.0.0.2' });
  const drift = aRecord({
    event: 'ipvs.drift',
    changes: ['add real 192.168.6.3:80 to tcp 192.168.6.240:80'],
  });
  const inet6 = aRecord({ real: '[2001:db8::2]:80', service: 'tcp [2001:db8::240]:80' });
  it.each([
    ['192.168.6.2:80', [down]],
    ['192.168.6.2', [down]],
    ['tcp 192.168.6.240:80', [down, drift]],
    ['192.168.6.240:80', [down, drift]],
    ['192.168.6.240', [down, vip, drift]],
    ['VI_1', [vip, moved]],
    ['vi_1', [vip, moved]],
    ['eth0', [vip]],
    ['10.0.0.2', [moved]],
    ['192.168.6.3', [drift]],
    ['2001:db8::2', [inet6]],
    ['[2001:db8::2]:80', [inet6]],
    // No part of a word, and nothing that is only quoted.
    ['192.168.6.24', []],
    ['92.168.6.2', []],
    ['VI', []],
    ['10.0.0.9', []],
    ['warn', []],
  ])('%s', (about, wanted) => {
    expect([down, vip, moved, drift, inet6].filter((each) => isAbout(each, about))).toEqual(wanted);
  });
});
