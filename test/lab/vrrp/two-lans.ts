// Two LANs that are one as long as the cable between their switches is plugged in; and what passes over each.

import type { Family } from '../../../src/net/ip.ts';
import type { Result } from '../../../src/net/result.ts';
import type { DatagramPort } from '../../../src/ports/datagram.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { AF_PACKET, SOCK_DGRAM } from '../../../src/system/libc.ts';
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

function opened(lab: Lab, socket: Result<DatagramPort, unknown>): DatagramPort {
  if (!socket.ok) throw new Error(`Cannot listen: ${JSON.stringify(socket.error)}`);
  lab.defer(socket.value.close);
  return socket.value;
}

async function indexOf(netns: string, name: string): Promise<number> {
  return Number.parseInt(await run(['ip', '-n', netns, '-o', 'link', 'show', name]), 10);
}
