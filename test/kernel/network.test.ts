import { describe, expect, it } from 'vitest';
import { createNetworkKernel } from '../../src/kernel/network.ts';
import { ip } from '../../src/net/ip.ts';
import type { NetworkChange } from '../../src/ports/kernel.ts';
import type { NetlinkMessage } from '../../src/wire/netlink/netlink.ts';
import { writeText, writeU32 } from '../../src/wire/netlink/netlink-attributes.ts';
import {
  encodeAddress,
  RTM_DELADDR,
  RTM_DELLINK,
  RTM_GETADDR,
  RTM_NEWADDR,
  RTM_NEWLINK,
} from '../../src/wire/route/rtnetlink.ts';
import { createWriter } from '../../src/wire/writer.ts';
import { type Answering, acks, createFakePort, done, entry, socketError } from '../make/fake-netlink.ts';
import { createVirtualTime } from '../make/virtual-time.ts';

const VIP = { address: ip('192.168.6.240'), prefixLength: 24, interfaceIndex: 3 };
const ETH0 = { index: 3, name: 'eth0', mtu: 1500, up: true, running: true, loopback: false };

function link(family = 0): Uint8Array {
  const writer = createWriter();
  writer.u32Host(family);
  writer.s32Host(ETH0.index);
  writer.u32Host(0x41);
  writer.u32Host(0);
  writeText(writer, 3, ETH0.name);
  writeU32(writer, 4, ETH0.mtu);
  return writer.written();
}

function open(answer: Answering) {
  const requests = createFakePort(answer);
  const notifications = createFakePort(() => []);
  const kernel = createNetworkKernel(
    { requests, notifications, openRoutes: () => createFakePort(() => []) },
    createVirtualTime(),
  );
  return { kernel, requests, notifications };
}

const notification = (type: number, payload: Uint8Array): NetlinkMessage => ({
  type,
  flags: 0,
  sequence: 0,
  portId: 0,
  payload,
});

describe('the network kernel', () => {
  it('lists links and addresses', async () => {
    const entries = { link: link(), address: encodeAddress({ ...VIP, validLifetime: 4 }) };
    const { kernel } = open(([message]) => {
      if (message === undefined) return [];
      const payload = message.type === RTM_GETADDR ? entries.address : entries.link;
      return [[entry(message, payload), done(message)]];
    });
    expect(await kernel.links()).toEqual({ ok: true, value: [ETH0] });
    expect(await kernel.addresses('inet')).toEqual({ ok: true, value: [{ ...VIP, validLifetime: 4 }] });
  });

  it('adds or renews with CREATE and REPLACE, removes without', async () => {
    const { kernel, requests } = open((messages) => [acks(messages)]);
    expect(await kernel.replaceAddresses([{ ...VIP, validLifetime: 4 }])).toEqual([undefined]);
    expect(await kernel.removeAddresses([VIP])).toEqual([undefined]);
    expect(requests.sent.flat().map(({ type, flags }) => ({ type, flags }))).toEqual([
      { type: RTM_NEWADDR, flags: 0x505 },
      { type: RTM_DELADDR, flags: 0x5 },
    ]);
  });

  it('refuses an impossible lifetime alone', async () => {
    const { kernel } = open((messages) => [acks(messages)]);
    const requests = [-1, 4].map((validLifetime) => ({ ...VIP, validLifetime }));
    expect(await kernel.replaceAddresses(requests)).toMatchObject([{ code: 'EINVAL' }, undefined]);
  });

  it('watches links and addresses of both families, and says what changed', () => {
    const { kernel, notifications } = open(() => []);
    const changes: NetworkChange[] = [];
    kernel.watch((change) => changes.push(change));
    expect(notifications.groups).toEqual([1, 5, 9]);
    const address = encodeAddress({ ...VIP, validLifetime: 'forever' });
    notifications.deliver([
      notification(RTM_NEWLINK, link()),
      notification(RTM_DELLINK, link(7)),
      notification(RTM_NEWADDR, address),
      notification(RTM_DELADDR, address),
      notification(RTM_DELLINK, link()),
      notification(24, link()),
    ]);
    const entry = { ...VIP, validLifetime: 'forever' };
    expect(changes).toEqual([
      { type: 'linkChanged', link: ETH0 },
      { type: 'addressAdded', address: entry },
      { type: 'addressRemoved', address: entry },
      { type: 'linkRemoved', index: 3, name: 'eth0' },
    ]);
  });

  it('asks for a fresh look after an overflow and after what it cannot read', () => {
    const { kernel, notifications } = open(() => []);
    const changes: NetworkChange[] = [];
    kernel.watch((change) => changes.push(change));
    notifications.deliver(socketError('ENOBUFS'));
    notifications.deliver(Uint8Array.of(1, 2, 3));
    expect(changes).toEqual([{ type: 'resync' }, { type: 'resync' }]);
  });

  it('closes both sockets', () => {
    const { kernel, requests, notifications } = open(() => []);
    kernel.close();
    expect([requests.isClosed(), notifications.isClosed()]).toEqual([true, true]);
  });
});
