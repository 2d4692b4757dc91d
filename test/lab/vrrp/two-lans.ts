// Two LANs that are one as long as the cable between their switches is plugged in; and what passes over each.

import type { Family } from '../../../src/net/ip.ts';
import type { Result } from '../../../src/net/result.ts';
import type { DatagramPort } from '../../../src/ports/datagram.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { AF_PACKET, SOCK_DGRAM, SOCK_RAW } from '../../../src/system/libc.ts';
import { openDatagramSocket } from '../../../src/system/sockets/datagram-socket.ts';
import { openVrrpSocket } from '../../../src/system/sockets/raw-socket.ts';
import { openVrrpSocketInet6 } from '../../../src/system/sockets/raw-socket-inet6.ts';
import type { Host, Lab, Lan } from '../harness/namespaces.ts';
import { run } from '../harness/process.ts';
import { inside } from './inside.ts';

export type TwoLans = {
  readonly left: Lan;
  readonly right: Lan;
  readonly join: () => Promise<void>;
  readonly part: () => Promise<void>;
};

/** Apart at first. */
export async function twoLans(lab: Lab): Promise<TwoLans> {
  const [left, right] = [await lab.lan('left'), await lab.lan('right')];
  const peer = ['peer', 'name', 'cable', 'netns', right.netns];
  await run(['ip', '-n', left.netns, 'link', 'add', 'name', 'cable', 'type', 'veth', ...peer]);
  for (const { netns } of [left, right]) {
    await run(['ip', '-n', netns, 'link', 'set', 'dev', 'cable', 'master', 'br0']);
  }
  await run(['ip', '-n', right.netns, 'link', 'set', 'dev', 'cable', 'up']);
  const set = (state: 'up' | 'down') => run(['ip', '-n', left.netns, 'link', 'set', 'dev', 'cable', state]);
  return {
    ...{ left, right },
    join: async () => void (await set('up')),
    part: async () => void (await set('down')),
  };
}

/** @returns when the last advert passed there; 0: none yet. */
export async function listen(lab: Lab, lan: Lan, family: Family): Promise<() => number> {
  const device = { name: 'br0', index: await indexOf(lan.netns, 'br0') };
  let at = 0;
  opened(
    lab,
    inside(lan, () =>
      family === 'inet' ? openVrrpSocket(device, systemClock) : openVrrpSocketInet6(device, {}, systemClock),
    ),
  ).onReceived(() => {
    at = performance.now();
  });
  return () => at;
}

export type ArpLine = { readonly atMs: number; readonly mac: string; readonly address: string };

/** Every ARP packet that passes the host: who says that he has which address. */
export function arpTrace(lab: Lab, host: Host): readonly ArpLine[] {
  const lines: ArpLine[] = [];
  const request = { domain: AF_PACKET, type: SOCK_DGRAM, protocol: 0x0608, options: [] };
  opened(
    lab,
    inside(host, () => openDatagramSocket(request, systemClock)),
  ).onReceived(({ bytes }) => {
    const mac = [...bytes.subarray(8, 14)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    lines.push({ atMs: performance.now(), mac, address: bytes.subarray(14, 18).join('.') });
  });
  return lines;
}

export type AdvertFrame = { readonly from: string; readonly to: string; readonly vrid: number };

/** Every advert that passes the host, of both families, with the addresses of its frame. */
export function advertTrace(lab: Lab, host: Host): readonly AdvertFrame[] {
  const frames: AdvertFrame[] = [];
  // ETH_P_ALL, in network byte order.
  const request = { domain: AF_PACKET, type: SOCK_RAW, protocol: 0x0300, options: [] };
  const socket = inside(host, () => openDatagramSocket(request, systemClock));
  opened(lab, socket).onReceived(({ bytes }) => {
    const type = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
    const header = type === 0x0800 ? 4 * ((bytes[14] ?? 0) & 15) : 40;
    const protocol = type === 0x0800 ? bytes[23] : type === 0x86dd ? bytes[20] : undefined;
    if (protocol !== 112) return;
    const macAt = (at: number) =>
      [...bytes.subarray(at, at + 6)].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
    frames.push({ from: macAt(6), to: macAt(0), vrid: bytes[14 + header + 1] ?? 0 });
  });
  return frames;
}

function opened(lab: Lab, socket: Result<DatagramPort, unknown>): DatagramPort {
  if (!socket.ok) throw new Error(`Cannot listen: ${JSON.stringify(socket.error)}`);
  lab.defer(socket.value.close);
  return socket.value;
}

async function indexOf(netns: string, name: string): Promise<number> {
  return Number.parseInt(await run(['ip', '-n', netns, '-o', 'link', 'show', name]), 10);
}
