import { describe, expect, it } from 'vitest';
import { type CheckedServer, judge } from '../../../src/daemon/health/checked-server.ts';
import type { ServerCheck } from '../../../src/daemon/health/server-check.ts';
import { serverFactsOf } from '../../../src/daemon/health/server-facts.ts';
import { steady } from '../../../src/health/flap-damping.ts';
import { unverified } from '../../../src/health/verdict.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { ServerCertificate } from '../../../src/model/probe-result.ts';
import { ip } from '../../../src/net/ip.ts';
import { type Shown, shown } from '../../../src/net/shown.ts';
import { realNamed, serviceNamed } from '../../make/names.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const hourMs = 3_600_000;
const service = serviceNamed('tcp 192.168.6.240:443');
const real = realNamed('192.168.6.2:443');
const soon: ServerCertificate<Shown> = {
  subject: shown('www.example.com'),
  expires: '2026-12-01T00:00:00.000Z',
  daysLeft: 9,
  endsSoon: true,
};

function rig() {
  const clock = createVirtualTime();
  const events: JournalEvent[] = [];
  const around = {
    clock,
    journal: (event: JournalEvent) => void events.push(event),
    onVerdict: () => {},
    inMaintenance: () => false,
  };
  const check: ServerCheck = {
    ...{ name: undefined, plan: { main: { target: { kind: 'on' }, timeoutMs: 1000 } }, intervalMs: 1000 },
    ...{ checkKey: 'on', limits: { rise: 1, fall: 1 }, state: { ...unverified(false), verdict: 'up' } },
    ...{ last: undefined, weightPercent: undefined, weight: undefined, toldUncheckedAt: undefined },
  };
  const server: CheckedServer = {
    service,
    real,
    endpoint: { address: ip('192.168.6.2'), port: 443 },
    checks: [check],
    flapPolicy: undefined,
    flaps: steady,
    maintenancedir: undefined,
    maintenance: false,
    downSince: undefined,
    recent: [],
  };
  return {
    advance: clock.advance,
    shows: (certificate: ServerCertificate<Shown>, outcome: 'success' | 'failure' = 'success') =>
      judge(around, server, check, {
        result: { outcome, detail: shown(outcome), certificate },
        at: clock.now(),
      }),
    /** It ends before it shows one. */
    refuses: () =>
      judge(around, server, check, {
        result: { outcome: 'failure', detail: shown('connection refused') },
        at: clock.now(),
      }),
    facts: () => serverFactsOf(server, { success: 0, failure: 0, unmade: 0 }),
    told: () => events.splice(0).filter(({ event }) => event === 'real.certificate_expires'),
  };
}

describe('a certificate that ends soon', () => {
  const event = {
    event: 'real.certificate_expires',
    service,
    real,
    subject: 'www.example.com',
    expires: soon.expires,
    days_left: 9,
  };
  it('is told of once a day', async () => {
    const { shows, told, advance } = rig();
    for (let hour = 0; hour < 25; hour++) {
      shows(soon);
      await advance(hourMs);
    }
    expect(told()).toEqual([event, event]);
  });
  it('is told of when the check fails too', () => {
    const { shows, told } = rig();
    shows(soon, 'failure');
    expect(told()).toEqual([event]);
  });
  it('is not told of while it does not, and counted all the same, also when the server is down', () => {
    const { shows, refuses, facts, told } = rig();
    expect(facts()).not.toHaveProperty('certificateEnds');
    shows({ ...soon, endsSoon: false });
    refuses();
    expect(told()).toEqual([]);
    expect(facts().certificateEnds).toBe(soon.expires);
  });
  it('is told of at once where another one takes its place', () => {
    const { shows, told } = rig();
    shows(soon);
    shows({ ...soon, expires: '2026-12-02T00:00:00.000Z', daysLeft: 10 });
    expect(told()).toHaveLength(2);
  });
});
