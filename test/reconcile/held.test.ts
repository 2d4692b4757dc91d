import { describe, expect, it } from 'vitest';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import type { ServiceId, Table } from '../../src/model/ipvs.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { ip } from '../../src/net/ip.ts';
import { desireServices, type Moment } from '../../src/reconcile/desire.ts';
import { weighServers } from '../../src/reconcile/quorum.ts';
import { realOf, tierOf, virtualOf } from '../make/arbitrary-table.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const one = realOf('192.168.6.2', 80, { weight: 5 });
const two = realOf('192.168.6.3', 80, { weight: 3 });
const plain = virtualOf(vip, { reals: [one, two], fallbacks: [tierOf('127.0.0.1', 80)] });
const quiescent = { ...plain, quiescent: true };

type State = Verdict | 'drained';

/** The first server is held; the second as said. */
function desired(virtual: VirtualConfig, second: State, observed: Table = [], moment: Moment = {}) {
  const verdictOf = (_service: string, real: string): Verdict =>
    real === '192.168.6.2:80' ? 'held' : second === 'drained' ? 'up' : second;
  const weigh = (_service: string, real: string, weight: number) =>
    second === 'drained' && real === '192.168.6.3:80' ? 0 : weight;
  const [service] = desireServices([virtual], verdictOf, observed, { weigh, ...moment });
  return {
    servedBy: service?.servedBy,
    entry: service?.entry,
    servers: service?.entry.destinations.map((server) => `${formatEndpoint(server)} ${server.weight}`),
  };
}

/** A table in which both serve. */
const bothServe: Table = desireServices([plain], () => 'up', []).map(({ entry }) => entry);

describe('a server that is held for flapping', () => {
  it('stays out while another serves', () => {
    expect(desired(plain, 'up').servers).toEqual(['192.168.6.3:80 3']);
  });
  it('keeps what it has at weight 0 where the table holds it', () => {
    expect(desired(plain, 'up', bothServe).servers).toEqual(['192.168.6.2:80 0', '192.168.6.3:80 3']);
  });
  it('serves when no other does, before any fallback', () => {
    for (const second of ['down', 'held', 'drained'] as const) {
      const { servers, servedBy } = desired(plain, second);
      expect(servers).toContain('192.168.6.2:80 5');
      expect(servedBy).toBe('reals');
    }
  });
  it('serves while the others await their first verdict, unless the table serves by one of them', () => {
    expect(desired(plain, 'unverified').servers).toEqual(['192.168.6.2:80 5']);
    expect(desired(plain, 'unverified', bothServe).servers).toEqual(['192.168.6.2:80 0', '192.168.6.3:80 3']);
  });
  it('stays in the table as any that is out where quiescent', () => {
    expect(desired(quiescent, 'up', bothServe).servers).toEqual(['192.168.6.2:80 0', '192.168.6.3:80 3']);
    expect(desired(quiescent, 'up').servers).toEqual(['192.168.6.3:80 3']);
    expect(desired({ ...quiescent, readdquiescent: true }, 'up').servers).toContain('192.168.6.2:80 0');
  });
  it('gives way to the fallback where the quorum is lost all the same', () => {
    const virtual = { ...plain, quorum: { quorum: 100, hysteresis: 0 } };
    expect(desired(virtual, 'down', [], { quorumOf: () => 'lost' }).servers).toEqual(['127.0.0.1:80 1']);
  });
  it('counts neither for a quorum nor against it: a penalty takes no service down', () => {
    const verdictOf = (): Verdict => 'held';
    const weights = weighServers(plain, verdictOf, (_service, _real, weight) => weight);
    expect(weights).toMatchObject({ certain: 0, open: 8 });
  });
});
