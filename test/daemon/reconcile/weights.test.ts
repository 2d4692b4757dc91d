import { describe, expect, it } from 'vitest';
import { createWeights } from '../../../src/daemon/reconcile/weights.ts';
import { ip } from '../../../src/net/ip.ts';
import { aVirtual } from '../../make/a-virtual.ts';
import { realNamed, serviceNamed } from '../../make/names.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const web = aVirtual({
  id: { kind: 'address', protocol: 'tcp', address: ip('10.0.0.9'), port: 80 },
  slowStartMs: 10_000,
});
const service = serviceNamed('tcp 10.0.0.9:80');
const real = realNamed('10.0.0.2:80');

function weightsOf({ cameUp }: { readonly cameUp: boolean }) {
  const clock = createVirtualTime();
  const upSince = cameUp ? clock.now() : undefined;
  let grown = 0;
  const weights = createWeights({
    clock,
    healthFactsOf: () => ({ upSince }),
    overrideOf: () => undefined,
    onGrown: () => {
      grown += 1;
    },
  });
  weights.configure([web]);
  return {
    weigh: () => weights.weigh(service, real, 10),
    clock,
    grown: () => grown,
    stop: weights.stop,
  };
}

describe('slow start', () => {
  it('lets the weight of a server that came back grow, and asks for a pass each second', async () => {
    const slow = weightsOf({ cameUp: true });
    const seen = [];
    for (let second = 0; second <= 10; second++) {
      seen.push(slow.weigh());
      await slow.clock.advance(1000);
    }
    expect(seen).toEqual([1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(slow.grown()).toBe(10);
    expect(slow.clock.waiting()).toBe(0);
  });
  it('does not concern a server that the table served already', () => {
    const slow = weightsOf({ cameUp: false });
    expect(slow.weigh()).toBe(10);
    expect(slow.clock.waiting()).toBe(0);
  });
  it('asks for one pass at a time, and for none once stopped', () => {
    const slow = weightsOf({ cameUp: true });
    slow.weigh();
    slow.weigh();
    expect(slow.clock.waiting()).toBe(1);
    slow.stop();
    expect(slow.clock.waiting()).toBe(0);
  });
});
