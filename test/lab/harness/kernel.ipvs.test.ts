// The kernel that lab tests run on has IPVS with every scheduler that a config may name, and gives each network
// namespace a table of its own.
import { describe, expect, it } from 'vitest';
import { withLab } from './namespaces.ts';

const schedulers = 'rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh'.split(' ');

describe('the lab kernel', () => {
  it('knows every scheduler, and keeps the tables of two namespaces apart', async () => {
    await withLab(async (lab) => {
      const [one, other] = [await lab.host('one'), await lab.host('other')];
      for (const [index, scheduler] of schedulers.entries()) {
        await one.run('ipvsadm', '-A', '-t', `10.0.0.1:${80 + index}`, '-s', scheduler);
      }
      const saved = await one.run('ipvsadm', '-S', '-n');
      for (const scheduler of schedulers) expect(saved).toContain(`-s ${scheduler}`);
      expect(await other.run('ipvsadm', '-S', '-n')).toBe('');
    });
  });
});
