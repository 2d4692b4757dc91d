import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/system/clock.ts';

describe('the system clock', () => {
  it('counts whole microseconds and never goes back', () => {
    const times = Array.from({ length: 1000 }, systemClock.now);
    expect(times.every(Number.isSafeInteger)).toBe(true);
    expect(times.every((at, i) => at >= (times[i - 1] ?? 0))).toBe(true);
  });

  it('is CLOCK_MONOTONIC, so that processes can compare their times', () => {
    const before = process.hrtime.bigint() / 1000n;
    const between = BigInt(systemClock.now());
    expect(between >= before && between <= process.hrtime.bigint() / 1000n).toBe(true);
  });

  it('calls back once, never early', async () => {
    for (let i = 0; i < 20; i += 1) {
      const begun = systemClock.now();
      await new Promise<void>((resolve) => systemClock.after(1.3, resolve));
      expect(systemClock.now() - begun).toBeGreaterThanOrEqual(1300);
    }
  });

  it('is never early on a busy loop either, where Node looks at its timers between two milliseconds', async () => {
    let busy = true;
    onTestFinished(() => {
      busy = false;
    });
    const turn = () => void (busy && setImmediate(turn));
    turn();
    for (let i = 0; i < 50; i += 1) {
      const begun = systemClock.now();
      await new Promise<void>((resolve) => systemClock.after(1, resolve));
      expect(systemClock.now() - begun).toBeGreaterThanOrEqual(1000);
    }
  });

  it('does not call back once cancelled', async () => {
    let called = false;
    systemClock.after(1, () => {
      called = true;
    })();
    await new Promise<void>((resolve) => systemClock.after(5, resolve));
    expect(called).toBe(false);
  });

  it('calls back after sockets were read: behind a timer that is due', async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.after(0, () => {
        systemClock.afterPoll(() => {
          order.push('after poll');
          resolve();
        });
        queueMicrotask(() => order.push('microtask'));
      });
    });
    expect(order).toEqual(['microtask', 'after poll']);
  });
});
