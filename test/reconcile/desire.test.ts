import { describe, expect, it } from 'vitest';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import type { ServiceId, Table } from '../../src/model/ipvs.ts';
import type { QuorumView, Verdict } from '../../src/model/verdict.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { ip } from '../../src/net/ip.ts';
import { desire, desireServices } from '../../src/reconcile/desire.ts';
import { realOf, tierOf, virtualOf } from '../make/arbitrary-table.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const one = realOf('192.168.6.2', 80, { weight: 5 });
const two = realOf('192.168.6.3', 80, { weight: 3 });
const fallback = tierOf('127.0.0.1', 80);

const verdicts =
  (byReal: Readonly<Record<string, Verdict>>) =>
  (_service: string, real: string): Verdict =>
    byReal[real] ?? 'unverified';
const bothDown = verdicts({ '192.168.6.2:80': 'down', '192.168.6.3:80': 'down' });
const oneUp = verdicts({ '192.168.6.2:80': 'up', '192.168.6.3:80': 'down' });
const unverified = verdicts({});

/** "192.168.6.2:80 gate 5" of each server of the only service. */
const servers = (table: Table) =>
  table[0]?.destinations.map((server) => `${formatEndpoint(server)} ${server.forward} ${server.weight}`);
/** What the table holds: the servers given, with their weights. */
const holding = (virtual: VirtualConfig, ...reals: VirtualConfig['reals']): Table =>
  desire([{ ...virtual, reals, checktype: { kind: 'on' } }], unverified, []);

describe('desire', () => {
  const plain = virtualOf(vip, { reals: [one, two] });
  const quiescent = virtualOf(vip, { reals: [one, two], quiescent: true });

  it('gives a server that is up its configured weight, and takes out one that is down', () => {
    expect(servers(desire([plain], oneUp, holding(plain, one, two)))).toEqual(['192.168.6.2:80 gate 5']);
  });

  it('quiescent: gives a server that is down weight 0, but only if the table holds it', () => {
    expect(servers(desire([quiescent], oneUp, holding(quiescent, one, two)))).toEqual([
      '192.168.6.2:80 gate 5',
      '192.168.6.3:80 gate 0',
    ]);
    expect(servers(desire([quiescent], oneUp, []))).toEqual(['192.168.6.2:80 gate 5']);
  });

  it('readdquiescent: enters a server that is down with weight 0', () => {
    const virtual = { ...quiescent, readdquiescent: true };
    expect(servers(desire([virtual], oneUp, []))).toEqual(['192.168.6.2:80 gate 5', '192.168.6.3:80 gate 0']);
  });

  it('fallback_quiescent: keeps every fallback that does not serve in the table with weight 0', () => {
    const second = tierOf('127.0.0.2', 80);
    const virtual = virtualOf(vip, {
      reals: [one, two],
      fallbacks: [fallback, second],
      fallbackQuiescent: true,
    });
    const waiting = ['127.0.0.1:80 gate 0', '127.0.0.2:80 gate 0'];
    expect(servers(desire([virtual], oneUp, []))).toEqual([...waiting, '192.168.6.2:80 gate 5']);
    expect(servers(desire([virtual], bothDown, []))).toEqual(['127.0.0.1:80 gate 1', '127.0.0.2:80 gate 0']);
    expect(servers(desire([virtual], unverified, []))).toEqual([
      '127.0.0.1:80 gate 1',
      '127.0.0.2:80 gate 0',
    ]);
  });

  it('fallback_quiescent: a fallback that is also a server that is up serves as that', () => {
    const virtual = virtualOf(vip, {
      reals: [one, two],
      fallbacks: [tierOf('192.168.6.2', 80)],
      fallbackQuiescent: true,
    });
    expect(servers(desire([virtual], oneUp, []))).toEqual(['192.168.6.2:80 gate 5']);
  });

  it('knows a server with port 0 by the port of its service', () => {
    const portless = { ...plain, reals: [{ ...one, port: 0 }] };
    expect(servers(desire([portless], oneUp, []))).toEqual(['192.168.6.2:80 gate 5']);
  });

  it('keeps a server without a verdict out, and one that an adopted table serves as it is', () => {
    expect(servers(desire([plain], unverified, []))).toEqual([]);
    const adopted = holding(plain, { ...one, weight: 77, upperThreshold: 9 });
    expect(desire([plain], unverified, adopted)[0]?.destinations).toEqual(adopted[0]?.destinations);
  });

  it('purges servers that the configuration does not name', () => {
    const stranger = realOf('192.168.6.99', 80);
    expect(servers(desire([plain], oneUp, holding(plain, one, stranger)))).toEqual(['192.168.6.2:80 gate 5']);
  });

  it('lets servers serve on that a reload replaced, until one of the new ones does or none can', () => {
    const old = realOf('192.168.6.99', 80);
    const table = holding(plain, old);
    const withFallback = { ...plain, fallbacks: [fallback] };
    expect(servers(desire([withFallback], unverified, table))).toEqual(['192.168.6.99:80 gate 1']);
    const firstUp = verdicts({ '192.168.6.2:80': 'up' });
    expect(servers(desire([withFallback], firstUp, table))).toEqual(['192.168.6.2:80 gate 5']);
    expect(servers(desire([withFallback], bothDown, table))).toEqual(['127.0.0.1:80 gate 1']);
    expect(servers(desire([{ ...withFallback, reals: [] }], unverified, table))).toEqual([
      '127.0.0.1:80 gate 1',
    ]);
  });

  it('checktype on: is up without a verdict', () => {
    const virtual: VirtualConfig = { ...plain, checktype: { kind: 'on' } };
    expect(servers(desire([virtual], unverified, []))).toEqual([
      '192.168.6.2:80 gate 5',
      '192.168.6.3:80 gate 3',
    ]);
  });

  it('checktype off: leaves what the table holds, and serves the fallback where that is nothing', () => {
    const virtual: VirtualConfig = { ...plain, fallbacks: [fallback], checktype: { kind: 'off' } };
    expect(servers(desire([virtual], oneUp, []))).toEqual(['127.0.0.1:80 gate 1']);
    expect(servers(desire([virtual], oneUp, holding(plain, { ...one, weight: 2 })))).toEqual([
      '192.168.6.2:80 gate 2',
    ]);
  });
});

describe('the weight of the moment', () => {
  const virtual = virtualOf(vip, { reals: [one, two], fallbacks: [fallback] });
  const allUp = () => 'up' as const;

  it('takes the place of the configured one', () => {
    const table = desire([virtual], allUp, [], {
      weigh: (_service, _real, configured) => configured * 10,
    });
    expect(servers(table)).toEqual(['192.168.6.2:80 gate 50', '192.168.6.3:80 gate 30']);
  });
  it('of 0 keeps a server in the table, but does not count as serving', () => {
    expect(servers(desire([virtual], allUp, [], { weigh: () => 0 }))).toEqual([
      '127.0.0.1:80 gate 1',
      '192.168.6.2:80 gate 0',
      '192.168.6.3:80 gate 0',
    ]);
  });
  it('drains a server that is only adopted, and takes one out whatever its verdict', () => {
    const held = holding(virtual, one, two);
    const weigh = (_service: string, real: string) => (real.startsWith('192.168.6.2') ? 0 : ('out' as const));
    expect(servers(desire([virtual], unverified, held, { weigh }))).toEqual([
      '127.0.0.1:80 gate 1',
      '192.168.6.2:80 gate 0',
    ]);
  });
});

describe("an operator's maintenance", () => {
  it.each(['on', 'off'] as const)('takes a server of checktype %s out', (kind) => {
    const virtual = virtualOf(vip, { reals: [one, two], checktype: { kind } });
    expect(servers(desire([virtual], bothDown, holding(virtual, one)))).toEqual([]);
  });
});

describe('a quorum', () => {
  const virtual = virtualOf(vip, {
    reals: [one, two],
    fallbacks: [fallback],
    quorum: { quorum: 6, hysteresis: 0 },
  });
  const at = (quorum: QuorumView, table: Table, verdictOf = unverified) =>
    servers(desire([virtual], verdictOf, table, { quorumOf: () => quorum }));

  it('that is lost leaves the fallback alone, and what is left of quiescent servers', () => {
    expect(at('lost', holding(virtual, one, two), oneUp)).toEqual(['127.0.0.1:80 gate 1']);
    expect(at('held', holding(virtual, one, two), oneUp)).toEqual(['192.168.6.2:80 gate 5']);
    const quiescent = { ...virtual, quiescent: true };
    const moment = { quorumOf: () => 'lost' as const };
    expect(servers(desire([quiescent], oneUp, holding(virtual, one, two), moment))).toEqual([
      '127.0.0.1:80 gate 1',
      '192.168.6.2:80 gate 0',
      '192.168.6.3:80 gate 0',
    ]);
  });

  it('that is not known yet leaves a table that serves as it is, and waits where it does not', () => {
    expect(at('open', holding(virtual, one, two))).toEqual([
      '192.168.6.2:80 gate 5',
      '192.168.6.3:80 gate 3',
    ]);
    expect(at('open', [], verdicts({ '192.168.6.2:80': 'up' }))).toEqual(['127.0.0.1:80 gate 1']);
  });

  it('means nothing where no tier can serve', () => {
    const alone = { ...virtual, fallbacks: [{ ...fallback, checked: true }] };
    const table = desire([alone], oneUp, [], { quorumOf: () => 'lost' });
    expect(servers(table)).toEqual(['192.168.6.2:80 gate 5']);
  });
});

describe('a checked tier', () => {
  const last = tierOf('127.0.0.1', 80);
  const first = tierOf('192.168.6.9', 80, { checked: true });
  const virtual = virtualOf(vip, { reals: [one], fallbacks: [first, last] });

  it('serves when it is up, or while an adopted table has it serving and nobody has judged it', () => {
    const down = { '192.168.6.2:80': 'down' } as const;
    const withFirst = (verdict: Verdict) => verdicts({ ...down, '192.168.6.9:80': verdict });
    expect(servers(desire([virtual], withFirst('unverified'), []))).toEqual(['127.0.0.1:80 gate 1']);
    expect(servers(desire([virtual], withFirst('up'), []))).toEqual(['192.168.6.9:80 gate 1']);
    const adopted = desire([virtual], withFirst('up'), []);
    expect(servers(desire([virtual], withFirst('unverified'), adopted))).toEqual(['192.168.6.9:80 gate 1']);
    expect(servers(desire([virtual], withFirst('down'), adopted))).toEqual(['127.0.0.1:80 gate 1']);
  });

  it('is passed over while the operator has it out or drained; the one that is not checked is not', () => {
    const up = verdicts({ '192.168.6.2:80': 'down', '192.168.6.9:80': 'up' });
    for (const weight of ['out', 0] as const) {
      expect(servers(desire([virtual], up, [], { weigh: () => weight }))).toEqual(['127.0.0.1:80 gate 1']);
    }
  });
});

describe('the fallback', () => {
  const virtual = virtualOf(vip, { reals: [one, two], fallbacks: [fallback] });

  it('is in with weight 1 when no server is up, and gone when one is back', () => {
    expect(servers(desire([virtual], bothDown, holding(virtual, one, two)))).toEqual(['127.0.0.1:80 gate 1']);
    expect(servers(desire([virtual], oneUp, desire([virtual], bothDown, [])))).toEqual([
      '192.168.6.2:80 gate 5',
    ]);
  });

  it('goes even when quiescent, and stands beside servers of weight 0', () => {
    const quiescent = { ...virtual, quiescent: true };
    const fallen = desire([quiescent], bothDown, holding(virtual, one, two));
    expect(servers(fallen)).toEqual([
      '127.0.0.1:80 gate 1',
      '192.168.6.2:80 gate 0',
      '192.168.6.3:80 gate 0',
    ]);
    expect(servers(desire([quiescent], oneUp, fallen))).toEqual([
      '192.168.6.2:80 gate 5',
      '192.168.6.3:80 gate 0',
    ]);
  });

  it('serves at start until the first verdict, but not while adopted servers do', () => {
    expect(servers(desire([virtual], unverified, []))).toEqual(['127.0.0.1:80 gate 1']);
    expect(servers(desire([virtual], unverified, holding(virtual, one)))).toEqual(['192.168.6.2:80 gate 5']);
    const drained = holding(virtual, { ...one, weight: 0 });
    expect(servers(desire([virtual], unverified, drained))).toEqual([
      '127.0.0.1:80 gate 1',
      '192.168.6.2:80 gate 0',
    ]);
  });

  it('gets the port of its service, and keeps its own behind a mark or by masq', () => {
    const elsewhere = { ...virtual, fallbacks: [{ ...fallback, port: 8080 }] };
    expect(servers(desire([elsewhere], bothDown, []))).toEqual(['127.0.0.1:80 gate 1']);
    const masq: VirtualConfig = { ...virtual, fallbacks: [{ ...fallback, port: 8080, forward: 'masq' }] };
    expect(servers(desire([masq], bothDown, []))).toEqual(['127.0.0.1:8080 masq 1']);
    const marked = { ...elsewhere, id: { kind: 'fwmark', family: 'inet', fwmark: 1 } as const };
    expect(servers(desire([marked], bothDown, []))).toEqual(['127.0.0.1:8080 gate 1']);
  });

  it('that is also a real server serves as the one or as the other, but not where it is known to be down', () => {
    const shared = { ...virtual, fallbacks: [{ ...fallback, address: one.address }] };
    const asFallback = desire([shared], unverified, []);
    expect(servers(asFallback)).toEqual(['192.168.6.2:80 gate 1']);
    expect(servers(desire([shared], bothDown, asFallback))).toEqual([]);
    expect(servers(desire([shared], oneUp, asFallback))).toEqual(['192.168.6.2:80 gate 5']);
    const twoUp = verdicts({ '192.168.6.2:80': 'down', '192.168.6.3:80': 'up' });
    expect(servers(desire([shared], twoUp, asFallback))).toEqual(['192.168.6.3:80 gate 3']);
  });

  it('that is also a real server without a verdict stays the fallback from one pass to the next', () => {
    const shared = { ...virtual, fallbacks: [{ ...fallback, address: one.address }] };
    const first = desireServices([shared], unverified, []);
    const second = desireServices(
      [shared],
      unverified,
      first.map(({ entry }) => entry),
    );
    expect(first.map(({ servedBy }) => servedBy)).toEqual(['fallback']);
    expect(second).toEqual(first);
  });
});
