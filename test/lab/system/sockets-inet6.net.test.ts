// The IPv6 socket of VRRP against the kernel itself: what goes out, what its filter lets in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ip, ip } from '../../../src/net/ip.ts';
import type { DatagramPort } from '../../../src/ports/datagram.ts';
import { systemClock } from '../../../src/system/clock.ts';
import type { HopLimitBounds } from '../../../src/system/sockets/advert-filter.ts';
import { openVrrpSocketInet6 } from '../../../src/system/sockets/raw-socket-inet6.ts';
import { encodeIpv6 } from '../../../src/wire/packet/ipv6-header.ts';
import { hostOn, interfaceIndex } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { inside } from '../vrrp/inside.ts';

type Station = { readonly host: Host; readonly index: number };
const group = ip('ff02::12');
const addressA = ip('fe80::a');
const addressB = ip('fe80::b');
let lab: Lab;
let stationA: Station;
let stationB: Station;
beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const station = async (name: string, address: Ip) => {
    const host = await hostOn(lab, lan, name, `${address}/64`);
    return { host, index: await interfaceIndex(host) };
  };
  stationA = await station('a', addressA);
  stationB = await station('b', addressB);
});
afterAll(() => lab?.dispose());

function openAt({ host, index }: Station, unicast?: readonly HopLimitBounds[]): DatagramPort {
  const opened = inside(host, () =>
    openVrrpSocketInet6({ name: 'eth0', index }, { ...(unicast && { unicast }) }, systemClock),
  );
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  lab.defer(async () => opened.value.close());
  return opened.value;
}

/** What the socket has heard: "fe80::a 1" is the first byte of the message. */
function heardBy(port: DatagramPort): readonly string[] {
  const heard: string[] = [];
  port.onReceived(({ bytes, source }) => heard.push(`${source} ${bytes[0]}`));
  return heard;
}

async function send(
  port: DatagramPort,
  destination: Ip,
  mark: number,
  options: { hopLimit?: number; source?: Ip } = {},
) {
  const { hopLimit = 255, source = addressA } = options;
  const packet = encodeIpv6(
    { source, destination, nextHeader: 112, hopLimit, trafficClass: 0xc0 },
    Uint8Array.of(mark, 0, 0, 0, 0, 0, 0, 0),
  );
  const error = await new Promise<Error | undefined>((resolve) => port.send(packet, destination, resolve));
  expect(error).toBeUndefined();
}

describe('raw IPv6 sockets of protocol 112', () => {
  it('carry an advert to the group, from the source that the sender chose, without header; not back to him', async () => {
    const [a, b] = [openAt(stationA), openAt(stationB)];
    const [atA, atB] = [heardBy(a), heardBy(b)];
    await send(a, group, 1);
    await send(a, group, 2, { source: ip('fe80::77') });
    await waitUntil(() => atB.length === 2, { what: 'both arrive' });
    expect(atB).toEqual(['fe80::a 1', 'fe80::77 2']);
    expect(atA).toEqual([]);
  });

  it('for the group: let in nothing from beyond a router, and nothing that is for one host', async () => {
    const [a, b] = [openAt(stationA), openAt(stationB)];
    const heard = heardBy(b);
    await send(a, group, 1, { hopLimit: 254 });
    await send(a, addressB, 2);
    await send(a, group, 3);
    await waitUntil(() => heard.length > 0, { what: 'the last arrives' });
    expect(heard).toEqual(['fe80::a 3']);
  });

  it('for peers: let in what is within the bounds of its sender, and strangers to be named', async () => {
    const a = openAt(stationA, []);
    const stranger = ip('fe80::c');
    const heard = heardBy(
      openAt(stationB, [
        { peer: ip('fe80::d'), min: 1, max: 1 },
        { peer: addressA, min: 60, max: 64 },
      ]),
    );
    for (const [mark, hopLimit] of [59, 60, 64, 65, 255].entries())
      await send(a, addressB, mark, { hopLimit });
    await send(a, group, 6, { hopLimit: 60 });
    await send(a, addressB, 7, { source: stranger, hopLimit: 3 });
    await waitUntil(() => heard.includes('fe80::c 7'), { what: 'the last arrives' });
    expect(heard).toEqual(['fe80::a 1', 'fe80::a 2', 'fe80::c 7']);
  });
});
