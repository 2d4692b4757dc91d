// A take-over of four thousand addresses, of which adverts name what fits: nobody is active twice, no advert is late
// enough for another one, and both processes live.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

const count = 4000;
const advertised = 255;
const limitMs = 120_000;
let lab: Lab;
let a: Director;
let b: Director;

const vips = Array.from({ length: count }, (_, i) => `10.10.${i >> 8}.${i & 255}`);
const config = (priority: number) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: ${priority}
    advert_int: 1s
    nopreempt: yes
    virtual_ipaddress: [${vips.slice(0, advertised).join(', ')}]
    virtual_ipaddress_excluded: [${vips.slice(advertised).join(', ')}]
`;

const held = async (director: Director) =>
  (await director.host.run('ip', '-o', '-4', 'address', 'show', 'dev', 'eth0')).match(/ 10\.10\./g)?.length ??
  0;
const becomes = (director: Director, phase: string) =>
  director.waitFor('vrrp.transition', ({ to }) => to === phase, { timeoutMs: limitMs });
const transitions = (director: Director) =>
  director.events().flatMap(({ event, to }) => (event === 'vrrp.transition' ? [String(to)] : []));
const holdsAll = (director: Director) =>
  waitUntil(async () => (await held(director)) === count, { what: 'all are there', timeoutMs: limitMs });
const advertsOf = async (director: Director): Promise<number> =>
  Number(/(\d+) sent/.exec((await director.cli('why', 'VI_1')).stdout)?.[1] ?? 0);
const troubles = [
  'vrrp.process_lost',
  'vrrp.supervisor_lost',
  'vip.lease_expired',
  'vrrp.split_brain_suspected',
];

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  a = startDirector(lab, await hostOn(lab, lan, 'a', '10.9.0.1/16'), { config: config(150) });
  await becomes(a, 'active');
  b = startDirector(lab, await hostOn(lab, lan, 'b', '10.9.0.2/16'), { config: config(100) });
  await becomes(b, 'backup');
});
afterEach(() => lab?.dispose());

describe('four thousand addresses', () => {
  it('are taken over whole, by one, and held; who comes back stays backup', async () => {
    await holdsAll(a);
    expect(await held(b)).toBe(0);
    await a.host.killAll();
    await becomes(b, 'active');
    await holdsAll(b);
    // What the kernel's leases would have taken meanwhile.
    await waitUntil(async () => (await held(a)) === 0, { what: 'the leases of a end', timeoutMs: limitMs });
    const again = startDirector(lab, a.host, { config: config(150), again: a });
    await again.waitFor('daemon.ready', undefined, { timeoutMs: limitMs });
    const before = await advertsOf(b);
    await waitUntil(async () => (await advertsOf(b)) >= before + 10, {
      what: 'ten adverts',
      timeoutMs: limitMs,
    });
    expect(transitions(again)).toEqual(['backup']);
    expect(transitions(b)).toEqual(['backup', 'active']);
    expect(await held(b)).toBe(count);
    for (const director of [again, b])
      expect(director.events().filter(({ event }) => troubles.includes(event))).toEqual([]);
  });

  it('are handed over on a stop, and gone from the one that stopped', async () => {
    await holdsAll(a);
    await a.running.stop();
    await becomes(b, 'active');
    await holdsAll(b);
    expect(await held(a)).toBe(0);
    expect(b.events().filter(({ event }) => troubles.includes(event))).toEqual([]);
  });
});
