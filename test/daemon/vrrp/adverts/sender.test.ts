// What becomes of an advert: to somebody, or to nobody and why.
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../../src/daemon/pace/rate-limit.ts';
import type { VrrpInterface } from '../../../../src/daemon/vrrp/adverts/interface.ts';
import type { PathRoute } from '../../../../src/daemon/vrrp/adverts/paths.ts';
import { createAdvertSender } from '../../../../src/daemon/vrrp/adverts/sender.ts';
import { routerConfigOf } from '../../../../src/daemon/vrrp/router-config.ts';
import type { JournalEvent } from '../../../../src/journal/event.ts';
import { type Ip, ip } from '../../../../src/net/ip.ts';
import { createVirtualTime } from '../../../make/virtual-time.ts';
import { instance } from '../../../make/vrrp-instance.ts';

/** How the kernel takes a datagram to that destination: undefined is well. */
type Kernel = (destination: Ip, device: string) => string | undefined;

const inet = { source: ip('10.9.0.1'), destinations: [ip('224.0.0.18')] };
const inet6 = { source: ip('fe80::1'), destinations: [ip('ff02::12')] };

function deviceOf(name: string, kernel: Kernel | 'closed'): VrrpInterface {
  const port = {
    send: (_: Uint8Array, destination: Ip, done: (error?: Error) => void) => {
      const code = kernel === 'closed' ? 'EBADF' : kernel(destination, name);
      done(code === undefined ? undefined : Object.assign(new Error(`send ${code}`), { code }));
    },
  };
  return { name, socket: () => (kernel === 'closed' ? undefined : port) } as unknown as VrrpInterface;
}

function send(paths: readonly { source: Ip; destinations: readonly Ip[] }[], kernel: Kernel | 'closed') {
  const clock = createVirtualTime();
  const events: JournalEvent[] = [];
  const outcomes: string[] = [];
  const config = instance(
    paths[0] === inet6
      ? { family: 'inet6', virtualAddresses: [{ address: ip('fe80::100'), length: 64 }] }
      : {},
  );
  const routes: readonly PathRoute[] = paths.map((path, index) => ({
    ...path,
    ...{ interface: `eth${index}`, device: deviceOf(`eth${index}`, kernel) },
  }));
  const sender = createAdvertSender(
    () => routes,
    () => ({ config, router: routerConfigOf(config, ip('10.9.0.1')) }),
    {
      ...{ clock, limit: createRateLimit(clock), emit: (event) => void events.push(event) },
      onSent: () => outcomes.push('sent'),
      onFailed: (reason) => outcomes.push(reason),
    },
  );
  sender.send(150);
  return { outcomes, events, count: sender.count() };
}

describe('an advert', () => {
  for (const family of [inet, inet6]) {
    it(`from ${family.source} that the kernel refuses, for whatever reason, went to nobody, and that is why`, () => {
      for (const code of Object.keys(constants.errno)) {
        const { outcomes, events, count } = send([family], () => code);
        expect(outcomes).toHaveLength(1);
        expect(outcomes[0]).toMatch(new RegExp(`^${code}(: |$)`));
        expect(events).toMatchObject([{ event: 'vrrp.send_failed', reason: outcomes[0], count: 1 }]);
        expect(count).toBe(0);
      }
    });
  }

  it('names what usually stands behind the errno', () => {
    const because = (code: string) => send([inet], () => code).outcomes[0];
    expect(because('EPERM')).toMatch(/firewall/);
    expect(because('EMSGSIZE')).toMatch(/MTU/);
    expect(because('ENOBUFS')).toMatch(/queue/);
  });

  it('has been sent where one of several paths takes it', () => {
    const { outcomes, events } = send([inet, inet], (_, device) =>
      device === 'eth0' ? 'ENETDOWN' : undefined,
    );
    expect(outcomes).toEqual(['sent']);
    expect(events).toMatchObject([{ event: 'vrrp.send_failed' }]);
  });

  it('has been sent where one of several peers gets it', () => {
    const peers = { source: inet.source, destinations: [ip('10.9.0.2'), ip('10.9.0.3')] };
    const { outcomes } = send([peers], (to) => (to === '10.9.0.2' ? 'EHOSTUNREACH' : undefined));
    expect(outcomes).toEqual(['sent']);
  });

  it('goes to nobody where there is no path at all, or no socket', () => {
    expect(send([], () => undefined).outcomes).toEqual(['no_path']);
    expect(send([inet], 'closed').outcomes).toEqual(['no_path']);
  });
});
