import { describe, expect, it } from 'vitest';
import { checkAgeOf } from '../../../src/daemon/health/check-age.ts';
import { newServerChecks, type ServerCheck } from '../../../src/daemon/health/server-check.ts';
import { shown } from '../../../src/net/shown.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';

const now = 1_000_000_000;
const checkOf = (kind: 'connect' | 'off', endedMsAgo?: number, checkintervalMs = 10_000): ServerCheck => {
  const virtual = aVirtual({ checktype: { kind }, checkintervalMs, checktimeoutMs: 3000 });
  const [check] = newServerChecks(virtual, aReal());
  if (check === undefined) throw new Error('no check');
  if (endedMsAgo !== undefined) {
    check.last = { result: { outcome: 'success', detail: shown('ok') }, at: now - 1000 * endedMsAgo };
  }
  return check;
};

describe('the age of the checks of a server', () => {
  it('may be two intervals, the time of a check and a second', () => {
    expect(checkAgeOf([checkOf('connect', 500)], now)).toEqual({ ageMs: 500, maxMs: 24_000 });
  });
  it('is that of the one that is overdue the most', () => {
    const checks = [
      checkOf('connect', 30_000, 60_000),
      checkOf('connect', 25_000),
      checkOf('connect', 24_000),
    ];
    expect(checkAgeOf(checks, now)).toEqual({ ageMs: 25_000, maxMs: 24_000 });
  });
  it('is none where none is made, or has ended', () => {
    expect(checkAgeOf([], now)).toBeUndefined();
    expect(checkAgeOf([checkOf('connect'), checkOf('off')], now)).toBeUndefined();
  });
});
