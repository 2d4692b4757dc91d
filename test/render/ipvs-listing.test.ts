// What only large or rare values show: the rest is compared with ipvsadm itself, to the letter (test/lab/cli).
import { describe, expect, it } from 'vitest';
import type { ListedEntry } from '../../src/kernel/ipvs-listing.ts';
import type { ServiceId } from '../../src/model/ipvs.ts';
import { ip } from '../../src/net/ip.ts';
import {
  formatConnections,
  formatCount,
  formatInfo,
  formatIpvsTable,
  formatSyncDaemons,
  formatTimeouts,
} from '../../src/render/ipvs-listing.ts';
import { inIpvsadmOrder } from '../../src/render/ipvs-order.ts';
import { formatRules } from '../../src/render/ipvs-rules.ts';
import type { ListedDestination, ListedService, Traffic } from '../../src/wire/ipvs/listing.ts';
import { aDestination } from '../make/a-destination.ts';

const traffic: Traffic = {
  connections: 3,
  packetsIn: 99_999_999,
  packetsOut: 100_000_000,
  bytesIn: 123_456_789_012,
  bytesOut: 0,
  connectionsPerSec: 1,
  packetsInPerSec: 2,
  packetsOutPerSec: 3,
  bytesInPerSec: 4,
  bytesOutPerSec: 5,
};
const web: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };
const service = (change: Partial<ListedService> = {}): ListedService => ({
  id: web,
  scheduler: 'wlc',
  schedFlags: [],
  persistencePrefix: 32,
  granularity: '255.255.255.255',
  ops: false,
  traffic,
  ...change,
});
const server = (change: Partial<ListedDestination> = {}): ListedDestination => ({
  ...aDestination(),
  counters: { activeConnections: 1, inactiveConnections: 2, connections: 3, persistentClients: 4 },
  traffic,
  ...change,
});
const table = (
  entry: Partial<ListedService>,
  ...destinations: ListedDestination[]
): readonly ListedEntry[] => [{ service: service(entry), destinations }];

describe('a count', () => {
  it.each([
    [99_999_999, ' 99999999'],
    [100_000_000, '  100000K'],
    [999_999_999, '  999999K'],
    [1_000_000_000, '    1000M'],
    [99_999_999_999, '   99999M'],
    [100_000_000_000, '     100G'],
    [99_999_999_999_999, '   99999G'],
    [100_000_000_000_000, '     100T'],
  ])('%d is cut to nine characters: "%s"', (count, text) => expect(formatCount(count, false)).toBe(text));

  it('stands in full where asked, however wide', () => {
    expect(formatCount(7, true)).toBe('        7');
    expect(formatCount(123_456_789_012, true)).toBe(' 123456789012');
  });
});

describe('the table', () => {
  it('shows the traffic in columns', () => {
    expect(formatIpvsTable(table({}, server()), 'stats', false)).toBe(
      [
        'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes',
        '  -> RemoteAddress:Port',
        'TCP  192.168.6.240:80                    3 99999999  100000K     123G        0',
        '  -> 192.168.6.2:80                      3 99999999  100000K     123G        0',
        '',
      ].join('\n'),
    );
  });

  it('shows a large firewall mark as it is, where ipvsadm shows a negative number', () => {
    const id: ServiceId = { kind: 'fwmark', family: 'inet', fwmark: 4_294_967_295 };
    expect(formatIpvsTable(table({ id }), 'servers', false)).toContain('FWM  4294967295 wlc\n');
    expect(formatRules(table({ id }))).toBe('-A -f 4294967295 -s wlc\n');
  });

  it('shows each word of a service, in order', () => {
    const all = {
      scheduler: 'mh',
      schedFlags: ['flag-3', 'mh-port'],
      persistenceSec: 60,
      persistencePrefix: 0,
      granularity: '255.0.255.0',
      persistenceEngine: 'sip',
      ops: true,
    };
    expect(formatIpvsTable(table(all), 'servers', false)).toContain(
      'TCP  192.168.6.240:80 mh (flag-3,mh-port) persistent 60 mask 255.0.255.0 pe sip ops\n',
    );
    expect(formatRules(table(all))).toBe(
      '-A -t 192.168.6.240:80 -s mh -p 60 -M 255.0.255.0 --pe sip -o -b flag-3,mh-port\n',
    );
  });

  it('says nothing of a granularity without persistence', () => {
    expect(formatRules(table({ persistencePrefix: 24, granularity: '255.255.255.0' }))).toBe(
      '-A -t 192.168.6.240:80 -s wlc\n',
    );
  });

  it('saves thresholds, which ipvsadm -S leaves out', () => {
    const limited = server({ upperThreshold: 100, lowerThreshold: 50 });
    expect(formatRules(table({}, limited))).toContain(' -r 192.168.6.2:80 -g -w 5 -x 100 -y 50\n');
  });

  it('shows a method without a name by its number, and saves it so that nothing restores it', () => {
    const strange = table({}, server({ forward: 'method-4' }));
    expect(formatIpvsTable(strange, 'servers', false)).toContain('method-4 5      1          2');
    expect(formatRules(strange)).toContain(' --method-4 -w 5\n');
  });
});

describe('the order of ipvsadm', () => {
  const order = (...entries: readonly (readonly [string, number])[]) =>
    inIpvsadmOrder(
      entries.map(([address, port]) => ({
        service: service({ id: { ...web, address: ip(address), port } as ServiceId }),
        destinations: [],
      })),
    ).map(({ service: { id } }) => (id.kind === 'address' ? `${id.address} ${id.port}` : ''));

  it('goes by differences of 32 bits with a sign: 192.0.2.1 stands before 1.2.3.4', () => {
    expect(order(['1.2.3.4', 80], ['192.0.2.1', 80], ['1.2.3.4', 7])).toEqual([
      '192.0.2.1 80',
      '1.2.3.4 7',
      '1.2.3.4 80',
    ]);
  });
  it('puts IPv4 before IPv6', () => {
    expect(order(['fd00::1', 80], ['10.0.0.1', 80])).toEqual(['10.0.0.1 80', 'fd00::1 80']);
  });
  it('puts firewall marks last, by number', () => {
    const marks = [7, 3].map((fwmark) => ({
      service: service({ id: { kind: 'fwmark', family: 'inet', fwmark } }),
      destinations: [],
    }));
    const all = inIpvsadmOrder([...marks, ...table({})]);
    expect(all.map(({ service: { id } }) => (id.kind === 'fwmark' ? id.fwmark : 'web'))).toEqual([
      'web',
      3,
      7,
    ]);
  });
});

describe('what stands beside the table', () => {
  it('is written as ipvsadm writes it', () => {
    expect(formatInfo({ version: '1.2.1', connectionTableSize: 4096 })).toBe(
      'IP Virtual Server version 1.2.1 (size=4096)\n',
    );
    expect(formatTimeouts({ tcp: 900, tcpfin: 120, udp: 300 })).toBe(
      'Timeout (tcp tcpfin udp): 900 120 300\n',
    );
    const daemon = {
      ...{ state: 'backup' as const, interface: 'eth1', syncId: 8 },
      ...{ maxlen: 1472, group: ip('224.0.0.81'), port: 8848, ttl: 1 },
    };
    expect(formatSyncDaemons([daemon])).toBe(
      'backup sync daemon (mcast=eth1, syncid=8, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)\n',
    );
  });
  it('shows a long expiry in minutes and seconds', () => {
    const at = { address: ip('10.0.0.1'), port: 80 };
    const entry = { protocol: 'TCP', client: at, virtual: at, destination: at, state: 'ESTABLISHED' };
    expect(formatConnections([{ ...entry, expiresSec: 6001 }], false)).toContain('TCP 100:01 ESTABLISHED ');
  });
});
