// Two directors of ours on one LAN: election, hand-over, and what each kind of death leads to.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { createStation, hasAddress, instance, type Station } from './station.ts';

const vip = '10.9.0.100';
let lab: Lab;
let lan: Lan;
let a: Station;
let b: Station;

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  const station = async (name: string, address: string) => {
    const host: Host = await lab.host(name);
    await lab.attach(host, lan, { addresses: [address] });
    return createStation(lab, host);
  };
  a = await station('a', '10.9.0.1/24');
  b = await station('b', '10.9.0.2/24');
});
afterEach(() => lab?.dispose());

const becomesActive = (station: Station, after = 0) =>
  station.waitFor('vrrp.transition', ({ to }) => to === 'active', after);

describe('two directors', () => {
  it('elect the higher priority, and only that one holds the address', async () => {
    expect(await a.supervisor.start([instance({ priority: 150 })])).toEqual([]);
    expect(await b.supervisor.start([instance({ priority: 100 })])).toEqual([]);
    const { reason } = await becomesActive(a);
    expect(reason).toBe('active_down');
    await a.waitFor('vip.announced', ({ round }) => round === 2);
    expect(await hasAddress(a.host, vip)).toBe(true);
    expect(await hasAddress(b.host, vip)).toBe(false);
    await waitUntil(() => b.supervisor.status()[0]?.active?.address === '10.9.0.1', { what: 'b hears a' });
    await a.supervisor.stop();
    await becomesActive(b);
    expect(await hasAddress(a.host, vip)).toBe(false);
    await b.supervisor.stop();
    console.log(a.events(), b.events());
  });
});
