// What is told of services and their servers, and that each is told of what it becomes and of nothing twice.
import { beforeEach, describe, expect, it } from 'vitest';
import { createServiceStates, type ServiceStates } from '../../../src/daemon/commands/service-states.ts';
import { formatLine } from '../../../src/daemon/commands/told.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import { formatServiceId, type ServiceId } from '../../../src/model/ipvs.ts';
import { ip } from '../../../src/net/ip.ts';
import { realOf, virtualOf } from '../../make/arbitrary-table.ts';

const id: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.0.2.15'), port: 80 };
const mark: ServiceId = { kind: 'fwmark', family: 'inet', fwmark: 7 };
const service = formatServiceId(id);
const web = virtualOf(id, { reals: [realOf('10.0.0.1', 80), realOf('10.0.0.2', 80)] });

let told: string[];
let states: ServiceStates;
beforeEach(() => {
  told = [];
  states = createServiceStates((each) => void told.push(formatLine(each).trimEnd()));
});

const up = (real: string, of: string = service): JournalEvent => ({
  ...{ event: 'real.up', service: of, real, detail: '' },
});
const down = (real: string): JournalEvent => ({
  ...{ event: 'real.down', service, real, detail: '', failures: 1 },
});

describe('services', () => {
  it('are told of with their servers, as these come and go', () => {
    states.configure([web]);
    states.heard(up('10.0.0.1:80'));
    states.quorumChanged(service, true);
    states.heard(down('10.0.0.1:80'));
    states.quorumChanged(service, false);
    states.heard(up('10.0.0.9:80'));
    expect(told).toEqual([
      'RS [10.0.0.1]:tcp:80 [192.0.2.15]:tcp:80 UP',
      'VS [192.0.2.15]:tcp:80 UP',
      'RS [10.0.0.1]:tcp:80 [192.0.2.15]:tcp:80 DOWN',
      'VS [192.0.2.15]:tcp:80 DOWN',
    ]);
  });

  it.each([
    ['with', true, ['VS [192.0.2.15]:tcp:80 DOWN']],
    ['without', false, []],
  ])(
    'that never had their quorum are told of as down once %s a fallback, which serves instead',
    (_, has, lines) => {
      states.configure([{ ...web, fallbacks: has ? [{ ...realOf('10.0.0.99', 80), checked: false }] : [] }]);
      for (const held of [false, false]) states.quorumChanged(service, held);
      expect(told).toEqual(lines);
      for (const held of [true, true, false, false]) states.quorumChanged(service, held);
      expect(told.slice(lines.length)).toEqual(['VS [192.0.2.15]:tcp:80 UP', 'VS [192.0.2.15]:tcp:80 DOWN']);
    },
  );

  it('with omega are told of at a stop also when they are down', () => {
    states.configure([{ ...web, omega: true }]);
    states.heard(down('10.0.0.1:80'));
    told = [];
    states.stop();
    expect(told).toEqual(['VS [192.0.2.15]:tcp:80 DOWN']);
  });

  it('that leave the configuration go down, their servers first; what is down is not told of', () => {
    states.configure([web]);
    states.heard(up('10.0.0.1:80'));
    states.heard(up('10.0.0.2:80'));
    states.quorumChanged(service, true);
    told = [];
    states.configure([virtualOf(id, { reals: [realOf('10.0.0.1', 80)] })]);
    expect(told).toEqual(['RS [10.0.0.2]:tcp:80 [192.0.2.15]:tcp:80 DOWN']);
    states.configure([]);
    expect(told.slice(1)).toEqual([
      'RS [10.0.0.1]:tcp:80 [192.0.2.15]:tcp:80 DOWN',
      'VS [192.0.2.15]:tcp:80 DOWN',
    ]);
    states.stop();
    expect(told).toHaveLength(3);
  });

  it.each([
    [true, 2],
    [undefined, 0],
  ])('at a stop go down only with omega (%s)', (omega, lines) => {
    states.configure([{ ...web, ...(omega && { omega }) }]);
    states.heard(up('10.0.0.1:80'));
    states.quorumChanged(service, true);
    told = [];
    states.stop();
    expect(told).toHaveLength(lines);
  });

  it('have ports as keepalived makes them: that of the table, and behind a mark only that of NAT', () => {
    states.configure([
      virtualOf(mark, {
        reals: [
          { ...realOf('10.0.0.1', 80), forward: 'gate' },
          { ...realOf('10.0.0.2', 80), forward: 'masq' },
        ],
      }),
      virtualOf(id, { reals: [{ ...realOf('10.0.0.3', 0), forward: 'gate' }] }),
    ]);
    for (const real of ['10.0.0.1:80', '10.0.0.2:80']) states.heard(up(real, formatServiceId(mark)));
    states.heard(up('10.0.0.3:80'));
    expect(told).toEqual([
      'RS [10.0.0.1]:none:0 FWM 7 UP',
      'RS [10.0.0.2]:none:80 FWM 7 UP',
      'RS [10.0.0.3]:tcp:80 [192.0.2.15]:tcp:80 UP',
    ]);
  });
});
