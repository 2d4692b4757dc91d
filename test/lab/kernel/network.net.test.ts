// Links and addresses against the kernel itself, in a namespace of their own: what we set, `ip` shows; what
// `ip` sets, we are told; a lifetime that is not renewed ends by the kernel's own clock.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createNetworkKernel } from '../../../src/kernel/network.ts';
import { ip } from '../../../src/net/ip.ts';
import type { NetworkChange, NetworkKernel } from '../../../src/ports/kernel.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { inside } from '../vrrp/inside.ts';

let lab: Lab;
let host: Host;
let kernel: NetworkKernel;
let eth0: number;
const changes: NetworkChange[] = [];
beforeAll(async () => {
  lab = createLab();
  host = await lab.host('director');
  const lan = await lab.lan('lan');
  await lab.attach(host, lan, { addresses: ['192.168.6.1/24'] });
  kernel = inside(host, () =>
    createNetworkKernel(
      {
        requests: openNetlinkSocket('route'),
        notifications: openNetlinkSocket('route'),
        openRoutes: () => openNetlinkSocket('route'),
      },
      systemClock,
    ),
  );
  kernel.watch((change) => changes.push(change));
  eth0 = Number.parseInt(await host.run('ip', '-o', 'link', 'show', 'eth0'), 10);
});
afterEach(() => changes.splice(0));
afterAll(async () => {
  kernel?.close();
  await lab?.dispose();
});

const vip = (address: string, prefixLength: number) => ({
  address: ip(address),
  prefixLength,
  interfaceIndex: eth0,
});
/** Waits for a change that has at least these properties. */
const heard = (wanted: object) =>
  waitUntil(() => changes.find((change) => fits(change, wanted)), { what: JSON.stringify(wanted) });

const fits = (value: unknown, wanted: unknown): boolean =>
  typeof wanted === 'object' && wanted !== null
    ? typeof value === 'object' &&
      value !== null &&
      Object.entries(wanted).every(([key, part]) => fits((value as Record<string, unknown>)[key], part))
    : value === wanted;

async function addresses(family: 'inet' | 'inet6') {
  const answer = await kernel.addresses(family);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value.filter(({ interfaceIndex }) => interfaceIndex === eth0);
}

describe('links', () => {
  it('are listed with index, MAC address, MTU and state', async () => {
    const answer = await kernel.links();
    const links = answer.ok ? answer.value : [];
    const mac = (await host.run('cat', '/sys/class/net/eth0/address')).trim();
    expect(links.find(({ name }) => name === 'lo')).toMatchObject({ index: 1, loopback: true, up: true });
    expect(links.find(({ name }) => name === 'eth0')).toMatchObject({
      index: eth0,
      up: true,
      running: true,
      loopback: false,
      mtu: 1500,
      ...(mac.includes(':') ? { mac } : {}),
    });
  });

  it('are watched: new, down, up, and gone', async () => {
    await host.run('ip', 'link', 'add', 'd0', 'type', 'veth', 'peer', 'name', 'd0p');
    await heard({ type: 'linkChanged', link: { name: 'd0', up: false } });
    await host.run('ip', 'link', 'set', 'd0', 'up');
    await heard({ type: 'linkChanged', link: { name: 'd0', up: true } });
    await host.run('ip', 'link', 'delete', 'd0');
    await heard({ type: 'linkRemoved', name: 'd0' });
  });

  it('that become ports of a bridge, or cease to be, are not removed', async () => {
    await host.run('ip', 'link', 'add', 'd1', 'type', 'veth', 'peer', 'name', 'd1p');
    await host.run('ip', 'link', 'add', 'br9', 'type', 'bridge');
    await host.run('ip', 'link', 'set', 'd1', 'master', 'br9');
    await host.run('ip', 'link', 'set', 'd1', 'nomaster');
    await host.run('ip', 'link', 'delete', 'br9');
    await heard({ type: 'linkRemoved', name: 'br9' });
    expect(changes.filter((change) => change.type === 'linkRemoved' && change.name === 'd1')).toEqual([]);
    await host.run('ip', 'link', 'delete', 'd1');
  });
});

describe('addresses', () => {
  it('of IPv4 are added with lifetime and label, as ip shows them', async () => {
    const request = { ...vip('192.168.6.240', 24), label: 'eth0:vip', validLifetime: 60 };
    expect(await kernel.replaceAddresses([request])).toEqual([undefined]);
    const shown = await host.run('ip', '-4', 'address', 'show', 'dev', 'eth0');
    expect(shown).toMatch(
      /inet 192\.168\.6\.240\/24 scope global secondary dynamic eth0:vip\s+valid_lft (59|60)sec/,
    );
    const [found] = (await addresses('inet')).filter(({ address }) => address === '192.168.6.240');
    expect(found).toMatchObject({ prefixLength: 24, label: 'eth0:vip' });
    expect(found?.validLifetime).toBeGreaterThan(58);
    expect(await kernel.removeAddresses([vip('192.168.6.240', 24)])).toEqual([undefined]);
    expect(await host.run('ip', '-4', 'address', 'show', 'dev', 'eth0')).not.toContain('192.168.6.240');
  });

  it('of IPv6 are usable at once: no duplicate detection', async () => {
    await host.sysctl({ 'net.ipv6.conf.eth0.accept_dad': 1 });
    expect(await kernel.replaceAddresses([{ ...vip('fd00::240', 128), validLifetime: 'forever' }])).toEqual([
      undefined,
    ]);
    const shown = await host.run('ip', '-6', 'address', 'show', 'dev', 'eth0');
    expect(shown).toMatch(/inet6 fd00::240\/128 scope global nodad/);
    expect(shown).not.toContain('tentative');
    expect(await addresses('inet6')).toContainEqual({ ...vip('fd00::240', 128), validLifetime: 'forever' });
    expect(await kernel.removeAddresses([vip('fd00::240', 128)])).toEqual([undefined]);
  });

  for (const [address, prefixLength] of [
    ['192.168.6.241', 32],
    ['fd00::241', 128],
  ] as const) {
    it(`${address} lives while it is renewed, and then ends with its lifetime`, async () => {
      const request = { ...vip(address, prefixLength), validLifetime: 1 };
      for (let renewal = 0; renewal < 5; renewal += 1) {
        expect(await kernel.replaceAddresses([request])).toEqual([undefined]);
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
      const removed = { type: 'addressRemoved', address: { address: ip(address) } };
      expect(changes.filter((change) => fits(change, removed))).toEqual([]);
      await heard(removed);
    });
  }

  it('that strangers add and delete are heard of', async () => {
    await host.run('ip', 'address', 'add', '192.168.6.242/32', 'dev', 'eth0');
    await heard({
      type: 'addressAdded',
      address: { address: ip('192.168.6.242'), validLifetime: 'forever' },
    });
    await host.run('ip', 'address', 'delete', '192.168.6.242/32', 'dev', 'eth0');
    await heard({ type: 'addressRemoved', address: { address: ip('192.168.6.242') } });
    await host.run('ip', 'address', 'add', 'fd00::242/128', 'dev', 'eth0', 'nodad');
    await heard({ type: 'addressAdded', address: { address: ip('fd00::242') } });
  });

  it('that cannot be set or removed are refused in the words of the kernel', async () => {
    const nowhere = { ...vip('192.168.6.243', 32), interfaceIndex: 9999 };
    const [noLink, badPrefix] = await kernel.replaceAddresses([
      { ...nowhere, validLifetime: 4 },
      { ...vip('192.168.6.243', 33), validLifetime: 4 },
    ]);
    expect(noLink?.code).toBe('ENODEV');
    expect(badPrefix?.code).toBe('EINVAL');
    const [missing] = await kernel.removeAddresses([vip('192.168.6.243', 32)]);
    expect(missing).toMatchObject({ code: 'EADDRNOTAVAIL', message: expect.stringMatching(/address/i) });
  });
});
