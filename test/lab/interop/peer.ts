// A foreign VRRP router beside ours, whatever its make: what the tests of interoperation do with it, and the
// settings that both sides are given.
import type { VrrpInstanceConfig } from '../../../src/model/config/router.ts';
import { ip } from '../../../src/net/ip.ts';
import { instance } from '../../make/vrrp-instance.ts';
import type { Host, Lab } from '../harness/namespaces.ts';

/** What is agreed on between the routers. */
export type Mode = {
  readonly version: 2 | 3;
  readonly family: 'inet' | 'inet6';
  readonly unicast: boolean;
  /** Authentication type 1 of RFC 2338. */
  readonly password?: string;
};

export type Peer = {
  readonly isMaster: () => Promise<boolean>;
  readonly setPriority: (priority: number) => Promise<void>;
  /** Gracefully. */
  readonly stop: () => Promise<void>;
};

export type PeerKind = {
  readonly name: string;
  /** Why it cannot be had here. */
  readonly missing: string | undefined;
  /** Resolves once it takes part. May be called again on the same host when an earlier one has ended. */
  readonly start: (lab: Lab, host: Host, options: { mode: Mode; priority: number }) => Promise<Peer>;
};

export const virtualRouterId = 51;

export const titleOf = ({ version, family, unicast, password }: Mode): string =>
  [
    `version ${version}`,
    family === 'inet' ? 'IPv4' : 'IPv6',
    unicast ? 'unicast' : 'multicast',
    ...(password === undefined ? [] : ['with a password']),
  ].join(', ');

/** Version 2 has whole seconds only. */
export const intervalMsOf = ({ version }: Mode): number => (version === 2 ? 1000 : 100);

type Plan = {
  readonly client: string;
  readonly ours: string;
  readonly peer: string;
  readonly length: number;
  /** What a client asks. */
  readonly vip: string;
  readonly vips: readonly string[];
};

export const plans: Readonly<Record<Mode['family'], Plan>> = {
  inet: {
    ...{ ours: '10.9.0.1', peer: '10.9.0.2', client: '10.9.0.3', length: 24 },
    ...{ vip: '10.9.0.100', vips: ['10.9.0.100/24'] },
  },
  inet6: {
    ...{ ours: 'fd00::1', peer: 'fd00::2', client: 'fd00::3', length: 64 },
    // RFC 9568 §5.2.9: a link-local address comes first.
    ...{ vip: 'fd00::100', vips: ['fe80::100/64', 'fd00::100/128'] },
  },
};

/** Our side of it. */
export function ourInstance(mode: Mode, priority: number): VrrpInstanceConfig {
  const plan = plans[mode.family];
  return instance({
    ...{ version: mode.version, family: mode.family, virtualRouterId, priority },
    advertIntervalMs: intervalMsOf(mode),
    vipLeaseSec: mode.version === 2 ? 4 : 1,
    virtualAddresses: plan.vips.map((text) => {
      const [address = '', length] = text.split('/');
      return { address: ip(address), length: Number(length) };
    }),
    ...(mode.unicast && { sourceAddress: ip(plan.ours), unicastPeers: [ip(plan.peer)] }),
    ...(mode.password !== undefined && { authPass: mode.password }),
  });
}
