// The native sockets against the kernel itself, in namespaces of their own.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import type { DatagramPort, ReceivedDatagram } from '../../../src/ports/datagram.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openIcmpSocket } from '../../../src/system/sockets/icmp-socket.ts';
import { openFrameSocket } from '../../../src/system/sockets/packet-socket.ts';
import { openVrrpSocket } from '../../../src/system/sockets/raw-socket.ts';
import { hostOn, interfaceIndex } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { inside } from '../vrrp/inside.ts';

type Station = { readonly host: Host; readonly index: number };
let lab: Lab;
let stationA: Station;
let stationB: Station;
beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const station = async (name: string, address: string) => {
    const host = await hostOn(lab, lan, name, address);
    return { host, index: await interfaceIndex(host) };
  };
  stationA = await station('a', '10.9.0.1/24');
  stationB = await station('b', '10.9.0.2/24');
});
afterAll(() => lab?.dispose());

function vrrpSocket({ host, index }: Station): DatagramPort {
  const opened = inside(host, () => openVrrpSocket({ name: 'eth0', index }, systemClock));
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return opened.value;
}

const next = (port: DatagramPort) =>
  new Promise<ReceivedDatagram>((resolve, reject) => {
    port.onError(reject);
    port.onReceived((datagram) => resolve({ ...datagram, bytes: Uint8Array.from(datagram.bytes) }));
  });

/** An IPv4 header whose length and checksum the kernel fills in, and eight bytes of protocol 112. */
const packet = (source: readonly number[], destination: readonly number[]) =>
  Uint8Array.from([
    ...[0x45, 0xc0, 0, 0, 0, 0, 0, 0, 255, 112, 0, 0, ...source, ...destination],
    ...[0x31, 5, 100, 0, 0, 100, 0, 0],
  ]);

const sent = (port: DatagramPort, bytes: Uint8Array, destination: string) =>
  new Promise<Error | undefined>((resolve) => port.send(bytes, ip(destination), resolve));

describe('raw sockets of protocol 112', () => {
  it('carry an advert to the group, with its header, TTL 255 and the source that the sender chose', async () => {
    const [a, b] = [vrrpSocket(stationA), vrrpSocket(stationB)];
    const arrival = next(b);
    expect(await sent(a, packet([10, 9, 0, 1], [224, 0, 0, 18]), '224.0.0.18')).toBeUndefined();
    const { bytes, source, at } = await arrival;
    expect(source).toBe('10.9.0.1');
    expect(bytes.length).toBe(28);
    expect([bytes[1], bytes[8], bytes[9]]).toEqual([0xc0, 255, 112]);
    expect([...bytes.subarray(20)]).toEqual([0x31, 5, 100, 0, 0, 100, 0, 0]);
    expect(systemClock.now() - at).toBeLessThan(1_000_000);
    a.close();
    b.close();
  });

  it('carry an advert to one peer', async () => {
    const [a, b] = [vrrpSocket(stationA), vrrpSocket(stationB)];
    const arrival = next(b);
    expect(await sent(a, packet([10, 9, 0, 1], [10, 9, 0, 2]), '10.9.0.2')).toBeUndefined();
    expect((await arrival).source).toBe('10.9.0.1');
    a.close();
    b.close();
  });

  it('do not hear what they send to the group themselves', async () => {
    const [a, b] = [vrrpSocket(stationA), vrrpSocket(stationB)];
    const heard: string[] = [];
    a.onReceived((datagram) => heard.push(datagram.source));
    await sent(a, packet([10, 9, 0, 1], [224, 0, 0, 18]), '224.0.0.18');
    const answer = next(a);
    await sent(b, packet([10, 9, 0, 2], [224, 0, 0, 18]), '224.0.0.18');
    expect((await answer).source).toBe('10.9.0.2');
    expect(heard).toEqual(['10.9.0.2']);
    a.close();
    b.close();
  });

  it('name the step and the code where the interface does not exist', () => {
    const opened = inside(stationA.host, () => openVrrpSocket({ name: 'none0', index: 99 }, systemClock));
    expect(opened).toEqual({ ok: false, error: { step: 'set option 25 of level 1', code: 'ENODEV' } });
  });

  it('report that a send failed, once closed too', async () => {
    const a = vrrpSocket(stationA);
    await stationA.host.run('ip', 'link', 'set', 'eth0', 'down');
    expect(await sent(a, packet([10, 9, 0, 1], [224, 0, 0, 18]), '224.0.0.18')).toMatchObject({
      code: expect.stringMatching(/^E/),
    });
    await stationA.host.run('ip', 'link', 'set', 'eth0', 'up');
    a.close();
    expect(await sent(a, packet([10, 9, 0, 1], [224, 0, 0, 18]), '224.0.0.18')).toBeInstanceOf(Error);
  });
});

describe('frame sockets', () => {
  it('send a gratuitous ARP that moves a neighbour entry', async () => {
    const vip = [10, 9, 0, 100];
    const mac = [2, 0, 0, 0, 0, 0x77];
    const b = stationB.host;
    const stale = 'ip neigh replace 10.9.0.100 lladdr 02:00:00:00:00:01 dev eth0 nud stale';
    await b.run(...stale.split(' '));
    const frames = inside(stationA.host, () => openFrameSocket(stationA.index));
    if (!frames.ok) throw new Error(frames.error);
    const everyone = [255, 255, 255, 255, 255, 255];
    const arp = [0, 1, 8, 0, 6, 4, 0, 1, ...mac, ...vip, ...everyone, ...vip];
    expect(frames.value.send(Uint8Array.from([...everyone, ...mac, 8, 6, ...arp]))).toBeUndefined();
    expect(await b.run('ip', 'neigh', 'show', '10.9.0.100')).toContain('02:00:00:00:00:77');
    frames.value.close();
    expect(frames.value.send(new Uint8Array(42))).toBe('EBADF');
  });
});

describe('ICMP sockets', () => {
  /** Echo request, identifier 0x1234, sequence 7, payload "ping". */
  const request = (type: number) =>
    Uint8Array.from([type, 0, ...checksum(type), 0x12, 0x34, 0, 7, ...Buffer.from('ping')]);
  const checksum = (type: number) => {
    const words = [type << 8, 0x1234, 7, 0x7069, 0x6e67];
    const sum = words.reduce((total, word) => total + word, 0);
    const folded = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
    return [folded >> 8, folded & 0xff];
  };

  for (const range of ['1\t0', '0\t2147483647']) {
    it(`get the reply without the IP header (ping_group_range ${range})`, async () => {
      await stationA.host.sysctl({ 'net.ipv4.ping_group_range': range });
      const port = inside(stationA.host, () => openIcmpSocket('inet', systemClock));
      if (!port.ok) throw new Error(JSON.stringify(port.error));
      const arrival = next(port.value);
      expect(await sent(port.value, request(8), '10.9.0.2')).toBeUndefined();
      const { bytes, source } = await arrival;
      expect(source).toBe('10.9.0.2');
      expect(bytes[0]).toBe(0);
      expect([...bytes.subarray(6)]).toEqual([0, 7, ...Buffer.from('ping')]);
      port.value.close();
    });

    it(`get the reply over IPv6 (ping_group_range ${range})`, async () => {
      await stationA.host.sysctl({ 'net.ipv4.ping_group_range': range });
      const port = inside(stationA.host, () => openIcmpSocket('inet6', systemClock));
      if (!port.ok) throw new Error(JSON.stringify(port.error));
      const arrival = next(port.value);
      expect(await sent(port.value, request(128), '::1')).toBeUndefined();
      const { bytes, source } = await arrival;
      expect(source).toBe('::1');
      expect(bytes[0]).toBe(129);
      expect([...bytes.subarray(6)]).toEqual([0, 7, ...Buffer.from('ping')]);
      port.value.close();
    });
  }
});

it('leaves ordinary sockets of the process as they are', async () => {
  const a = vrrpSocket(stationA);
  const server = createServer().listen(0, '127.0.0.1');
  const plain = createSocket('udp4').bind(0, '127.0.0.1');
  await new Promise((resolve) => plain.once('listening', resolve));
  const arrival = new Promise<string>((resolve) => plain.once('message', (bytes) => resolve(String(bytes))));
  plain.send('still here', plain.address().port, '127.0.0.1');
  expect(await arrival).toBe('still here');
  plain.close();
  server.close();
  a.close();
});
