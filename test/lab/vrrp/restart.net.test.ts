// Both processes killed at once and started again at once, as systemd does it: what is leased still answers until a
// successor is heard, and where there is none it answers on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { probe, seamlessMs } from './prober.ts';
import { routerConfig, withAdverts } from './router-config.ts';
import { hasAddress, measured } from './station.ts';

const vip = '10.9.0.100';
let lab: Lab;
let lan: Lan;
let client: Host;

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24');
});
afterEach(() => lab?.dispose());

/** A busy machine may need longer for a start than a short lease lasts. */
const config = (priority: number, advertInt: string, more = 'vip_lease: 30') =>
  withAdverts(routerConfig(priority, `${vip}/24`, more), advertInt);

async function probed() {
  const prober = probe(lab, client, vip);
  await waitUntil(() => prober.answers() > 300, { what: 'the client reaches the address' });
  return prober;
}

async function killedAndStarted(a: Director, text: string): Promise<Director> {
  await a.host.killAll();
  await a.running.exited;
  return startDirector(lab, a.host, { config: text, again: a });
}

describe.each(['1s', '3s'])(
  'both processes killed with adverts each %s, and started at once',
  (advertInt) => {
    it('beside a peer: that takes over in order, and no client waits', async () => {
      // It is to be the backup until then, and is to go on afterwards.
      const a = startDirector(lab, await hostOn(lab, lan, 'a', '10.9.0.1/24'), {
        config: config(255, advertInt),
      });
      await a.waitFor('vip.announced');
      const b = startDirector(lab, await hostOn(lab, lan, 'b', '10.9.0.2/24'), {
        config: config(100, advertInt),
      });
      await b.waitFor('daemon.ready');
      await waitUntil(async () => (await b.cli('why', 'VI_1')).stdout.includes('active   10.9.0.1'), {
        what: 'the backup hears the active director',
      });
      const prober = await probed();
      const again = await killedAndStarted(a, config(150, advertInt, 'vip_lease: 30\n    preempt: no'));
      await again.waitFor(
        'vrrp.transition',
        ({ to, reason }) => to === 'leaving' && reason === 'addresses_found',
      );
      await b.waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 30_000 });
      await again.waitFor('vip.removed', ({ reason }) => reason === 'handed_over', { timeoutMs: 30_000 });
      expect(await hasAddress(again.host, vip)).toBe(false);
      const gapMs = await prober.longestGapMs();
      measured(`both killed, adverts each ${advertInt}, with a peer: longest gap for a client, ms`, gapMs);
      expect(gapMs).toBeLessThan(seamlessMs);
    });

    it('alone: it goes on answering, and is active again', async () => {
      const a = startDirector(lab, await hostOn(lab, lan, 'a', '10.9.0.1/24'), {
        config: config(255, advertInt),
      });
      await a.waitFor('vip.announced');
      const prober = await probed();
      const again = await killedAndStarted(a, config(150, advertInt));
      await again.waitFor(
        'vrrp.transition',
        ({ to, reason }) => to === 'active' && reason === 'no_successor',
        {
          timeoutMs: 60_000,
        },
      );
      expect(again.events().some(({ event }) => event === 'vip.removed' || event === 'vip.added')).toBe(
        false,
      );
      const gapMs = await prober.longestGapMs();
      measured(`both killed, adverts each ${advertInt}, alone: longest gap for a client, ms`, gapMs);
      expect(gapMs).toBeLessThan(seamlessMs);
    });
  },
);
