// Both processes killed at once and started again at once, as systemd does it: what is leased still answers until a
// successor is heard, and where there is none it answers on.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { probe, seamlessMs } from './prober.ts';
import { bothFamilies, routerConfig } from './router-config.ts';
import { hasAddress, measured } from './station.ts';

type Kind = { readonly kind: string; readonly vip: string; readonly vips: string; readonly more: string };
const kinds = {
  plain: { kind: 'IPv4', vip: '10.9.0.100', vips: '10.9.0.100/24', more: '' },
  vmac: { kind: 'a virtual MAC', vip: '10.9.0.100', vips: '10.9.0.100/24', more: '\n    use_vmac: yes' },
  inet6: { kind: 'IPv6', vip: 'fd00::100', vips: '"fe80::100/64", "fd00::100/64"', more: '' },
} satisfies Record<string, Kind>;
let lab: Lab;
let lan: Lan;
let client: Host;

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', ...bothFamilies(3));
});
afterEach(() => lab?.dispose());

/** A busy machine may need longer for a start than a short lease lasts. */
const configOf = ({ vips, more: ofKind }: Kind, priority: number, { advertInt, more = '' }: Adverts) =>
  routerConfig(priority, vips, `vip_lease: 30${more}${ofKind}`).replace('100ms', advertInt);
type Adverts = { readonly advertInt: string; readonly more?: string };

async function probed(vip: string) {
  const prober = probe(lab, client, vip);
  await waitUntil(() => prober.answers() > 300, { what: 'the client reaches the address' });
  return prober;
}

async function killedAndStarted(a: Director, text: string): Promise<Director> {
  await a.host.killAll();
  await a.running.exited;
  return startDirector(lab, a.host, { config: text, again: a });
}

describe.each([
  { ...kinds.plain, advertInt: '1s' },
  { ...kinds.plain, advertInt: '3s' },
  { ...kinds.vmac, advertInt: '1s' },
  { ...kinds.inet6, advertInt: '1s' },
])(
  'both processes killed with adverts each $advertInt over $kind, and started at once',
  ({ advertInt, ...kind }) => {
    const { vip } = kind;
    const config = (priority: number, more = '') => configOf(kind, priority, { advertInt, more });

    it('beside a peer: that takes over in order, and no client waits', async () => {
      // It is to be the backup until then, and is to go on afterwards.
      const a = startDirector(lab, await hostOn(lab, lan, 'a', ...bothFamilies(1)), {
        config: config(250),
      });
      await a.waitFor('vip.announced');
      const b = startDirector(lab, await hostOn(lab, lan, 'b', ...bothFamilies(2)), {
        config: config(100),
      });
      await b.waitFor('daemon.ready');
      await waitUntil(
        async () =>
          (await b.cli('why', 'VI_1')).stdout.includes(
            vip.includes(':') ? 'active   fe80::1' : 'active   10.9.0.1',
          ),
        {
          what: 'the backup hears the active director',
        },
      );
      const prober = await probed(vip);
      const again = await killedAndStarted(a, config(150, '\n    preempt: no'));
      await again.waitFor(
        'vrrp.transition',
        ({ to, reason }) => to === 'leaving' && reason === 'addresses_found',
      );
      await b.waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 30_000 });
      await again.waitFor('vip.removed', ({ reason }) => reason === 'handed_over', { timeoutMs: 30_000 });
      expect(await hasAddress(again.host, vip)).toBe(false);
      const gapMs = await prober.longestGapMs();
      measured(
        `both killed, adverts each ${advertInt} over ${kind.kind}, with a peer: longest gap for a client, ms`,
        gapMs,
      );
      expect(gapMs).toBeLessThan(seamlessMs);
    });

    it('alone: it goes on answering, and is active again', async () => {
      const a = startDirector(lab, await hostOn(lab, lan, 'a', ...bothFamilies(1)), {
        config: config(250),
      });
      await a.waitFor('vip.announced');
      const prober = await probed(vip);
      const again = await killedAndStarted(a, config(150));
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
      measured(
        `both killed, adverts each ${advertInt} over ${kind.kind}, alone: longest gap for a client, ms`,
        gapMs,
      );
      expect(gapMs).toBeLessThan(seamlessMs);
    });
  },
);
