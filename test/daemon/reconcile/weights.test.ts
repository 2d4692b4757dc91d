import { describe, expect, it } from 'vitest';
import { createWeights } from '../../../src/daemon/reconcile/weights.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { ip } from '../../../src/net/ip.ts';

const web = {
  id: { kind: 'address', protocol: 'tcp', address: ip('10.0.0.9'), port: 80 },
  slowStartMs: 10_000,
};
const service = 'tcp 10.0.0.9:80';
const real = '10.0.0.2:80';

function weightsAt(start: number, upSince: number | undefined) {
  let now = start;
  const due: (() => void)[] = [];
  let grown = 0;
  const weights = createWeights({
    clock: {
      now: () => now,
      after: (_delayMs, callback) => {
        due.push(callback);
        return () => void due.splice(0);
      },
    },
    healthFactsOf: () => ({ upSince }),
    overrideOf: () => undefined,
    onGrown: () => {
      grown += 1;
    },
  });
  weights.configure([web as unknown as VirtualConfig]);
  return {
    weigh: () => weights.weigh(service, real, 10),
    pass: (us: number) => {
      now += us;
      for (const fire of due.splice(0)) fire();
    },
    due,
    grown: () => grown,
    stop: weights.stop,
  };
}

describe('slow start', () => {
  it('lets the weight of a server that came back grow, and asks for a pass each second', () => {
    const slow = weightsAt(5_000_000, 5_000_000);
    const seen = [];
    for (let second = 0; second <= 10; second++) {
      seen.push(slow.weigh());
      slow.pass(1_000_000);
    }
    expect(seen).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(slow.grown()).toBe(10);
    expect(slow.due).toEqual([]);
  });
  it('does not concern a server that the table served already', () => {
    const slow = weightsAt(5_000_000, undefined);
    expect(slow.weigh()).toBe(10);
    expect(slow.due).toEqual([]);
  });
  it('asks for one pass at a time, and for none once stopped', () => {
    const slow = weightsAt(5_000_000, 5_000_000);
    slow.weigh();
    slow.weigh();
    expect(slow.due).toHaveLength(1);
    slow.stop();
    expect(slow.due).toEqual([]);
  });
});
