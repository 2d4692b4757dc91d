// Another host that answers for our addresses, adverts that fail, and a kernel that is late: what the neighbours are told.
import { describe, expect, it } from 'vitest';
import { createVirtualHost, type VirtualHost } from '../../../make/vrrp-host.ts';
import { instance } from '../../../make/vrrp-instance.ts';

const other = '02:00:00:00:00:02';

async function active(changes = {}): Promise<VirtualHost> {
  const host = createVirtualHost();
  host.tell({ type: 'configure', instances: [instance({ garpDelayMs: 0, ...changes })] });
  await host.time.advance(400);
  return host;
}

const arps = (host: VirtualHost) => host.did().filter((what) => what === 'arp').length;
const named = (host: VirtualHost, name: string) => host.events().filter(({ event }) => event === name);
const eperm = Object.assign(new Error('send EPERM'), { code: 'EPERM' });

describe('an active', () => {
  it('asks who else has its address before each advert but the first', async () => {
    const host = await active();
    const before = host.did().length;
    await host.time.advance(300);
    const did = host
      .did()
      .slice(before)
      .filter((what) => !what.startsWith('renew'));
    expect(did).toEqual(['probe', 'advert 150', 'probe', 'advert 150', 'probe', 'advert 150']);
    const first = host.did().indexOf('advert 150');
    expect(host.did().slice(0, first)).not.toContain('probe');
  });

  it('tells the neighbours again when another answers, and the operator who it is', async () => {
    const host = await active();
    await host.time.advance(200);
    const before = arps(host);
    host.answer('10.9.0.100', other);
    await host.time.advance(40);
    expect(arps(host)).toBe(before);
    await host.time.advance(20);
    expect(arps(host)).toBe(before + 2);
    expect(named(host, 'vip.answered_elsewhere')).toMatchObject([
      { address: '10.9.0.100', mac: other, count: 1 },
    ]);
  });

  it('says nothing where it yields in that moment', async () => {
    const host = await active();
    await host.time.advance(200);
    const before = arps(host);
    host.answer('10.9.0.100', other);
    host.hear({ priority: 200 });
    await host.time.advance(200);
    expect(arps(host)).toBe(before);
    expect(host.did()).toContain('remove 10.9.0.100/24');
  });

  it('takes no notice of an answer in its own name, nor of one for an address that it does not have', async () => {
    const host = await active();
    await host.time.advance(200);
    const before = arps(host);
    host.answer('10.9.0.100', '02:00:00:00:00:01');
    host.answer('10.9.0.7', other);
    await host.time.advance(500);
    expect(arps(host)).toBe(before);
    expect(named(host, 'vip.answered_elsewhere')).toEqual([]);
  });

  it('announces addresses that the kernel adds later than an advert may wait for it', async () => {
    const host = createVirtualHost();
    host.tell({ type: 'configure', instances: [instance({ garpDelayMs: 0 })] });
    await host.time.advance(1);
    host.delayKernel(250);
    await host.time.advance(500);
    expect(host.did()).toContain('advert 150');
    expect(arps(host)).toBe(0);
    await host.time.advance(200);
    expect(host.did().indexOf('advert 150')).toBeLessThan(host.did().indexOf('add 10.9.0.100/24'));
    expect(arps(host)).toBe(2);
  });
});

describe('an active whose adverts fail', () => {
  it('does not answer its successor with an announcement, and leaves with the reason', async () => {
    const host = await active({ garpRefreshMs: 100 });
    host.failSends(eperm);
    await host.time.advance(210);
    const before = arps(host);
    host.hear({ priority: 50 });
    await host.time.advance(500);
    expect(arps(host)).toBe(before);
    expect(named(host, 'vrrp.transition').at(-1)).toMatchObject({
      ...{ from: 'active', to: 'backup', peer: '10.9.0.2' },
      reason: expect.stringMatching(/^adverts_unsent: EPERM: operation not permitted \(a firewall/),
    });
    expect(host.addresses()).not.toContain('10.9.0.100/24');
  });

  it('leaves by itself after its Active_Down_Interval, and comes back once one goes out', async () => {
    const host = await active();
    host.failSends(eperm);
    await host.time.advance(350);
    expect(named(host, 'vrrp.transition').at(-1)).toMatchObject({ from: 'active', to: 'leaving' });
    await host.time.advance(2000);
    expect(host.addresses()).not.toContain('10.9.0.100/24');
    const before = host.did().length;
    await host.time.advance(2000);
    expect(host.did().slice(before)).toEqual([]);
    host.failSends(undefined);
    await host.time.advance(500);
    expect(host.did().slice(before, before + 4)).toEqual(['advert 1', 'add 10.9.0.100/24', 'arp', 'arp']);
  });
});
