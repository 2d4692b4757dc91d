// From where, and by which mark, a check goes the way of clients: by method and role; and what says nothing of the server.
import { describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../src/health/checks/plan.ts';
import type { LoneTarget } from '../../src/model/checks/checks.ts';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import type { Forward } from '../../src/model/ipvs.ts';
import type { ProbeResult } from '../../src/model/probe-result.ts';
import { type Ip, ip } from '../../src/net/ip.ts';
import { err, ok } from '../../src/net/result.ts';
import { type ClientPathPorts, type TargetByPath, throughClientPath } from '../../src/probes/client-path.ts';
import { aReal, aVirtual } from '../make/a-virtual.ts';

const [vip, vip6, dip, dip6] = [ip('192.168.6.240'), ip('fd09::f0'), ip('192.168.6.1'), ip('fd09::1')];
const mark = 0x4c00_0007;

/** What leads where on a director that has the VIP, or has it not. */
const hostWith = (active: boolean): ClientPathPorts => ({
  markOf: () => ok(mark),
  sourceTowards: (address) => {
    if (active && (address === vip || address === vip6)) return address;
    return address.includes(':') ? dip6 : dip;
  },
  missingAcceptLocal: () => undefined,
  now: () => 0,
});

const targetOf = (
  forward: Forward,
  virtual: Partial<VirtualConfig> = {},
  address: Ip = ip('192.168.6.2'),
) => {
  const real = aReal({ forward, address, port: 0 });
  const service = aVirtual({ checkpath: 'vip', checktype: { kind: 'connect' }, reals: [real], ...virtual });
  return checkPlanOf(service, real).main.target as TargetByPath;
};

/** What is asked in the end, and what came of it. */
async function askBy(
  ports: ClientPathPorts,
  target: TargetByPath,
  outcome: ProbeResult['outcome'] = 'success',
) {
  const asked: LoneTarget[] = [];
  const ask = async (one: LoneTarget): Promise<ProbeResult> => {
    asked.push(one);
    return { outcome, detail: 'said' };
  };
  const result = await throughClientPath(ask, ports)(target, new AbortController().signal);
  return { asked, result };
}

const six = { id: { kind: 'address', protocol: 'tcp', address: vip6, port: 80 } } as const;

describe('a check by the way of clients', () => {
  it.each([
    ['gate', true, { address: dip, mark, hops: 2 }],
    ['gate', false, { address: dip, mark, hops: 2 }],
    ['ipip', true, { address: dip, mark }],
    ['ipip', false, { address: dip, mark }],
    ['masq', true, { mark }],
    ['masq', false, { address: dip, mark }],
  ] as const)('of a %s server, active: %s, is sent to the VIP by its mark', async (forward, active, bind) => {
    const { asked, result } = await askBy(hostWith(active), targetOf(forward));
    expect(asked).toMatchObject([{ kind: 'connect', address: vip, port: 80 }]);
    expect(asked[0]?.bind).toEqual(bind);
    expect(result.outcome).toBe('success');
    const { asked: asked6 } = await askBy(hostWith(active), targetOf(forward, six, ip('fd09::2')));
    expect(asked6[0]).toMatchObject({
      address: vip6,
      bind: 'address' in bind ? { address: dip6 } : { mark },
    });
  });

  it('is made of the same object each time that it is the same', async () => {
    const asked: LoneTarget[] = [];
    const ask = async (one: LoneTarget): Promise<ProbeResult> => {
      asked.push(one);
      return { outcome: 'success', detail: '' };
    };
    const probe = throughClientPath(ask, hostWith(false));
    const target = targetOf('gate');
    for (let time = 0; time < 2; time++) await probe(target, new AbortController().signal);
    expect(asked[0]).toBe(asked[1]);
  });

  it('is not made, and says nothing of the server, where this director lacks something', async () => {
    const deaf = { ...hostWith(true), missingAcceptLocal: () => 'net.ipv4.conf.eth0.accept_local' };
    for (const [ports, forward, what] of [
      [{ ...hostWith(true), markOf: () => err('the private service is gone') }, 'masq', /service is gone/],
      [deaf, 'gate', /its own address: set net\.ipv4\.conf\.eth0\.accept_local to 1/],
      [deaf, 'ipip', /accept_local/],
      [{ ...hostWith(true), sourceTowards: () => vip }, 'gate', /set bind_address/],
    ] as const) {
      const { asked, result } = await askBy(ports, targetOf(forward));
      expect(asked).toEqual([]);
      expect(result).toMatchObject({ outcome: 'unmade', detail: expect.stringMatching(what) });
    }
    // None of it is needed here.
    expect((await askBy(deaf, targetOf('masq'))).result.outcome).toBe('success');
    expect((await askBy(deaf, targetOf('gate', six, ip('fd09::2')))).result.outcome).toBe('success');
    expect((await askBy({ ...deaf, ...{ sourceTowards: () => dip } }, targetOf('gate'))).result.outcome).toBe(
      'success',
    );
  });

  it('says nothing of a server where the VIP came or went under way', async () => {
    let active = false;
    const ports: ClientPathPorts = {
      ...hostWith(false),
      sourceTowards: (address) => hostWith(active).sourceTowards(address),
    };
    const ask = (outcome: ProbeResult['outcome']) =>
      throughClientPath(async () => {
        active = !active;
        return { outcome, detail: 'no answer to connect' };
      }, ports)(targetOf('gate'), new AbortController().signal);
    expect(await ask('failure')).toMatchObject({
      outcome: 'unmade',
      detail: '192.168.6.240 came to this director meanwhile: no answer to connect',
    });
    expect((await ask('failure')).detail).toContain('left this director');
    expect((await ask('success')).outcome).toBe('success');
    expect((await askBy(ports, targetOf('gate'), 'failure')).result.outcome).toBe('failure');
  });

  it('asks a masq server with its gateway when the VIP has been here for some seconds', async () => {
    let [active, now] = [true, 0];
    const ports = {
      ...hostWith(true),
      sourceTowards: (to: Ip) => hostWith(active).sourceTowards(to),
      now: () => now,
    };
    const binds: unknown[] = [];
    const probe = throughClientPath(async ({ bind }) => {
      binds.push(bind?.address);
      return { outcome: 'success', detail: '' };
    }, ports);
    for (const [isActive, at] of [
      [true, 0],
      [false, 1000],
      [true, 2000],
      [true, 5000],
      [true, 7000],
    ] as const) {
      [active, now] = [isActive, at];
      await probe(targetOf('masq'), new AbortController().signal);
    }
    expect(binds).toEqual([undefined, dip, dip, dip, undefined]);
  });

  it('goes to the port that clients use, but to that of a masq server or to checkport', () => {
    const portOf = (forward: Forward, port: number, virtual: Partial<VirtualConfig> = {}) => {
      const real = aReal({ forward, port });
      const target = checkPlanOf(aVirtual({ checkpath: 'vip', ...virtual }), real).main.target;
      return 'port' in target ? target.port : undefined;
    };
    expect([portOf('gate', 8080), portOf('ipip', 8080), portOf('masq', 8080)]).toEqual([80, 80, 8080]);
    expect(portOf('gate', 0, { checkport: 81 })).toBe(81);
    expect(portOf('masq', 0, { service: 'https' })).toBe(80);
    expect(portOf('gate', 0, { service: 'https', id: { ...six.id, port: 0 } })).toBe(443);
  });

  it('is sent from the address that is said, by the marks and the interface of nobody', () => {
    const bind = { address: ip('192.168.6.7'), interface: 'eth7', mark: 5 };
    expect(targetOf('gate', { bind }).bind).toEqual({ address: bind.address });
    expect(targetOf('gate', { bind, checktype: { kind: 'ping' } })).toMatchObject({
      address: '192.168.6.2',
      bind,
    });
  });
});
