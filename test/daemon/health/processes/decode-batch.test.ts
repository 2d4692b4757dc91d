import { describe, expect, it } from 'vitest';
import { decodeBatch } from '../../../../src/daemon/health/processes/decode-batch.ts';
import { rowsMax } from '../../../../src/daemon/health/processes/messages.ts';

const certificate = { subject: 'www', expires: '2026-12-24T00:00:00.000Z', daysLeft: -3, endsSoon: true };
const success = { outcome: 'success', detail: 'connected' };
const batch = (rows: readonly unknown[]) => ({ type: 'results', rows, underWay: 1, waiting: 0 });
const rowOf = (result: unknown) => [7, 1_000_000, 12, 340, 0, result];

describe('what a check process says', () => {
  it.each([
    ['a success', success],
    ['one with weights', { ...success, weightPercent: 50, weight: 3 }],
    ['one with a certificate', { ...success, certificate }],
    ['a failure', { outcome: 'failure', detail: 'no', certificate }],
    ['one that was not made', { outcome: 'unmade', detail: 'no descriptors' }],
    ['the same as before', null],
  ])('is believed: %s', (_, result) => {
    const message = batch([rowOf(result)]);
    expect(decodeBatch(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it.each([
    ['nothing', undefined],
    ['a list', []],
    ['a message of another kind', { type: 'configure' }],
    ['a row too many', batch(new Array(rowsMax + 1).fill(rowOf(null)))],
    ['a row with more in it', batch([[...rowOf(null), 1]])],
    ['a negative time', batch([[7, -1, 12, 340, 0, null]])],
    ['a time that is no whole number', batch([[7, 1.5, 12, 340, 0, null]])],
    ['another outcome', batch([rowOf({ ...success, outcome: 'maybe' })])],
    ['a detail that is no text', batch([rowOf({ ...success, detail: 5 })])],
    ['too much weight', batch([rowOf({ ...success, weightPercent: 101 })])],
    ['a certificate without an end', batch([rowOf({ ...success, certificate: { subject: 'x' } })])],
    [
      'a certificate that ends never',
      batch([rowOf({ ...success, certificate: { ...certificate, expires: 'x' } })]),
    ],
    [
      'a certificate of which it says "maybe"',
      batch([rowOf({ ...success, certificate: { ...certificate, endsSoon: 'maybe' } })]),
    ],
    ['a fault of another process', { type: 'fault', event: { event: 'daemon.ready' } }],
  ])('is not: %s', (_, message) => {
    expect(decodeBatch(message)).toBeUndefined();
  });

  it('is made harmless, and bounded', () => {
    const said = decodeBatch(
      batch([rowOf({ ...success, detail: `a\u001b[2J\n${'b'.repeat(5000)}`, more: 1 })]),
    );
    const [row] = said?.type === 'results' ? said.rows : [];
    const result = row?.[5];
    expect(result?.detail).toMatch(/^a \[2J b+\.\.\.$/);
    expect(result?.detail.length).toBeLessThan(500);
    expect(result).not.toHaveProperty('more');
  });
});
