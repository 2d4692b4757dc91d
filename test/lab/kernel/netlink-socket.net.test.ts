// The netlink socket itself: it survives an overflow, tells strangers from the kernel, and turns an exception
// of a listener into an ordinary uncaught exception.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NetlinkPort } from '../../../src/ports/datagram.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import {
  decodeMessages,
  encodeMessage,
  NLM_F_DUMP,
  NLM_F_REQUEST,
  NLMSG_DONE,
} from '../../../src/wire/netlink/netlink.ts';
import {
  decodeAddress,
  encodeGetLinks,
  RTM_GETLINK,
  RTNLGRP_IPV4_IFADDR,
} from '../../../src/wire/route/rtnetlink.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { enter } from '../vrrp/inside.ts';

let lab: Lab;
let host: Host;
let leave: () => void;
beforeAll(async () => {
  lab = createLab();
  host = await lab.host('a');
  leave = enter(host);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

const getLinks = (port: NetlinkPort) =>
  encodeMessage({
    type: RTM_GETLINK,
    flags: NLM_F_REQUEST | NLM_F_DUMP,
    sequence: 1,
    portId: port.portId,
    payload: encodeGetLinks(),
  });

/** More changes than a small buffer holds, all of them before anybody reads. */
const flood = () =>
  execFileSync('ip', ['-batch', '-'], {
    input: Array.from({ length: 500 }, (_, n) => `address replace 10.8.${n >> 8}.${n & 255}/32 dev lo`).join(
      '\n',
    ),
  });

describe('a netlink socket', () => {
  it('that overflowed says ENOBUFS, once a burst, and hears on in its groups', async () => {
    const port = openNetlinkSocket('route', { receiveBufferBytes: 4096 });
    const errors: string[] = [];
    const heard: string[] = [];
    port.onError((error) => errors.push(error.code ?? ''));
    port.onReceived((bytes) => {
      for (const { payload } of decodeMessages(bytes) ?? [])
        heard.push(decodeAddress(payload)?.address ?? '');
    });
    port.joinGroup(RTNLGRP_IPV4_IFADDR);
    flood();
    await waitUntil(() => errors.length > 0 || undefined, { what: 'the overflow' });
    expect(heard.length).toBeLessThan(500);
    await host.run('ip', 'address', 'add', '10.9.9.9/32', 'dev', 'lo');
    await waitUntil(() => heard.includes('10.9.9.9') || undefined, { what: 'the address' });
    expect(errors).toEqual(['ENOBUFS']);
    port.close();
  });

  it('with the default buffer takes such a flood whole', async () => {
    const port = openNetlinkSocket('route');
    const errors: Error[] = [];
    let heard = 0;
    port.onError((error) => errors.push(error));
    port.onReceived((bytes) => {
      heard += decodeMessages(bytes)?.length ?? 0;
    });
    port.joinGroup(RTNLGRP_IPV4_IFADDR);
    await host.run('ip', 'address', 'flush', 'dev', 'lo', 'to', '10.0.0.0/8');
    await waitUntil(() => heard >= 500 || undefined, { what: 'the end of them' });
    heard = 0;
    flood();
    await waitUntil(() => heard >= 500 || undefined, { what: 'all of them' });
    expect(errors).toEqual([]);
    port.close();
  });

  it('does not listen to other processes', async () => {
    const [port, stranger] = [openNetlinkSocket('route'), openNetlinkSocket('route')];
    const heard: Uint8Array[] = [];
    port.onReceived((bytes) => heard.push(bytes));
    const { RawNetlinkSocket } = createRequire(import.meta.url)('netlink/dist/raw.js');
    const liar = new RawNetlinkSocket(0);
    await new Promise((resolve) => liar.send(Buffer.from(getLinks(port)), { port: port.portId }, resolve));
    await new Promise((resolve) => {
      stranger.onReceived(resolve);
      stranger.send(getLinks(stranger), () => undefined);
    });
    const own = new Promise((resolve) => port.onReceived(resolve));
    port.send(getLinks(port), () => undefined);
    await own;
    expect(heard).toHaveLength(1);
    liar.close();
    port.close();
    stranger.close();
  });

  it('hears at once what the kernel has answered, and nothing of other processes', async () => {
    const port = openNetlinkSocket('route');
    const heard: Uint8Array[] = [];
    port.onReceived((bytes) => heard.push(bytes));
    expect(port.hear()).toBe(false);
    const { RawNetlinkSocket } = createRequire(import.meta.url)('netlink/dist/raw.js');
    const liar = new RawNetlinkSocket(0);
    await new Promise((resolve) => liar.send(Buffer.from(getLinks(port)), { port: port.portId }, resolve));
    port.send(getLinks(port), () => undefined);
    while (port.hear());
    const types = heard.flatMap((bytes) => decodeMessages(bytes) ?? []).map(({ type }) => type);
    expect(types.at(-1)).toBe(NLMSG_DONE);
    expect(types).not.toContain(RTM_GETLINK);
    liar.close();
    port.close();
    expect(port.hear()).toBe(false);
  });

  it('makes an exception of a listener an uncaught one of the process, not an abort', async () => {
    const port = openNetlinkSocket('route');
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    const caught: string[] = [];
    process.on('uncaughtException', (error) => caught.push(error.message));
    port.onReceived(() => {
      throw new Error('planned');
    });
    port.send(getLinks(port), () => undefined);
    await waitUntil(() => caught.length > 0 || undefined, { what: 'the exception' });
    port.close();
    await new Promise(setImmediate);
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
    expect(new Set(caught)).toEqual(new Set(['planned']));
  });

  it('reports a send after close, and may be closed twice and from its own listener', async () => {
    const port = openNetlinkSocket('route');
    const closedInside = new Promise<void>((resolve) =>
      port.onReceived(() => {
        port.close();
        resolve();
      }),
    );
    port.send(getLinks(port), () => undefined);
    await closedInside;
    port.close();
    await new Promise(setImmediate);
    const outcome = await new Promise<Error | undefined>((resolve) => port.send(getLinks(port), resolve));
    expect(outcome).toBeInstanceOf(Error);
  });
});
