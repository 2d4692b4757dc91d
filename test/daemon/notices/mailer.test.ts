// What is mailed of a director's life, to whom, in which words, and how few mails come of it.
import { beforeEach, describe, expect, it } from 'vitest';
import { createMailer, type MailedConfig, type Mailer } from '../../../src/daemon/notices/mailer.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { MailConfig } from '../../../src/model/config/mail.ts';
import type { VirtualConfig } from '../../../src/model/config/service.ts';
import { ip } from '../../../src/net/ip.ts';
import type { MailMessage, MailResult, MailWay } from '../../../src/ports/mail.ts';
import { aConfig } from '../../make/a-config.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { createVirtualTime, type VirtualTime } from '../../make/virtual-time.ts';

const mail = (changes: Partial<MailConfig> = {}): MailConfig => ({
  ...{ to: [{ address: 'root' }], repeatMs: 0, digestMs: 5000, timeoutMs: 30_000 },
  ...{ states: ['starting', 'running', 'stopping', 'reloading'], events: [] },
  ...{ servers: true, quorum: true, transitions: true, faults: true },
  ...changes,
});
const service = 'tcp 192.168.6.240:80';
const reals = (count: number) =>
  Array.from({ length: count }, (_, n) => aReal({ address: ip(`192.168.7.${n + 1}`), weight: 3 }));

let time: VirtualTime;
let config: MailedConfig;
let sent: { readonly message: MailMessage; readonly way: MailWay }[];
let told: JournalEvent[];
let serving: Set<string>;
let answers: MailResult[];
let mailer: Mailer;

function open(virtual: Partial<VirtualConfig> = {}, changes: Partial<MailConfig> = {}): void {
  time = createVirtualTime();
  [sent, told, serving, answers] = [[], [], new Set(), []];
  config = aConfig({ mail: mail(changes), virtuals: [aVirtual({ reals: reals(200), ...virtual })] });
  mailer = createMailer({
    ...{ clock: time, wallClock: () => 'T', config: () => config },
    journal: (event) => void told.push(event),
    wasServing: (_, real) => serving.has(real),
    send: (message, way) => {
      sent.push({ message, way });
      return Promise.resolve(answers.shift() ?? { kind: 'sent', refused: [], deferred: [] });
    },
  });
}
beforeEach(() => open());

const hear = (...events: JournalEvent[]) => {
  for (const event of events) mailer.heard(event);
};
const ready: JournalEvent = { event: 'daemon.ready', instances: 0, services: 1, servers: 2 };
const reloaded: JournalEvent = { event: 'daemon.reloaded', config: 'c', services: 1, servers: 1, ms: 1 };
const up = (n: number): JournalEvent => ({
  event: 'real.up',
  service,
  real: `192.168.7.${n}:80`,
  detail: 'HTTP 200',
});
const down = (n: number): JournalEvent => ({
  ...{ event: 'real.down', service, real: `192.168.7.${n}:80`, detail: 'connection refused', failures: 1 },
});
const router = (to: 'active' | 'backup' | 'fault' | 'initialize' | 'leaving'): JournalEvent => ({
  ...{ event: 'vrrp.transition', instance: 'VI_1', vrid: 51, interface: 'eth0', from: 'backup', to },
  ...{ reason: 'active_down', priority: 100 },
});
const subjects = () => sent.map(({ message }) => message.subject);
const later = async (ms: number) => {
  await time.advance(ms);
  return subjects();
};

describe('one change', () => {
  it('is a mail in the words of ldirectord', async () => {
    open({ servicename: 'shop', comment: 'ask Jo' });
    hear(ready, up(1));
    await time.advance(600_000);
    sent.length = 0;
    hear(down(1));
    expect(await later(5000)).toEqual(['[shop] Deleted real server: 192.168.7.1:80 (192.168.6.240:80)']);
    expect(sent[0]?.message.text).toBe(
      'ldirectord host: lvs1\nLog-Message: [shop] Deleted real server: 192.168.7.1:80 (192.168.6.240:80)\n' +
        'Daemon-Status: running\n\nService name: shop\nComment: ask Jo\n\nReason: connection refused\nTime: T\n',
    );
  });

  it.each([
    [
      'comes back where servers are deleted',
      {},
      [up(1), down(1), up(1)],
      'Added real server: R (V) (Weight set to 3)',
    ],
    ['is quiesced', { quiescent: true }, [up(1), down(1)], 'Quiescent real server: R (V) (Weight set to 0)'],
    [
      'comes back quiesced',
      { quiescent: true },
      [up(1), down(1), up(1)],
      'Restored real server: R (V) (Weight set to 3)',
    ],
    [
      'is new where servers are quiesced',
      { quiescent: true },
      [up(1)],
      'Added real server: R (V) (Weight set to 3)',
    ],
  ])('of a server that %s', async (_, virtual, events, text) => {
    open(virtual);
    hear(ready);
    for (const event of events) {
      hear(event);
      await time.advance(600_000);
    }
    expect(subjects().at(-1)).toBe(text.replace(': R (V)', ': 192.168.7.1:80 (192.168.6.240:80)'));
  });

  it('goes to those of its service, from whom that names, and to nobody where that has nobody', async () => {
    const other = { address: 'other@a.example' };
    open({ mail: { to: [other], from: other } }, { from: { address: 'lvs@a.example' } });
    hear(ready, up(1));
    await later(5000);
    expect(sent.map(({ message }) => [message.recipients, message.from])).toEqual([[[other], other]]);
    open({ mail: { to: [] } });
    hear(ready, up(1));
    expect(await later(600_000)).toEqual([]);
  });

  it('of a fallback, a quorum', async () => {
    hear(ready);
    const fallback = '127.0.0.1:80';
    hear({ event: 'service.fallback_on', service, fallback, tier: 1, tiers: 1, reason: 'no_server' });
    await time.advance(600_000);
    hear({ event: 'service.fallback_off', service, fallback, instead: 'real servers' });
    await time.advance(600_000);
    hear({ event: 'service.quorum_lost', service, weight: 1, quorum: 2, hysteresis: 0 });
    expect(await later(600_000)).toEqual([
      `Added fallback server: ${fallback} (192.168.6.240:80) (Weight set to 1)`,
      `Deleted fallback server: ${fallback} (192.168.6.240:80)`,
      'Virtualserver 192.168.6.240:80 - DOWN',
    ]);
  });
});

describe('a start', () => {
  it('mails of nobody who is not verified, nor of those that the table served and who are up', async () => {
    serving.add('192.168.7.1:80');
    hear(up(1), up(2), down(3), ready);
    expect(await later(60_000)).toEqual([
      '2 changes, the first: Added real server: 192.168.7.2:80 (192.168.6.240:80) (Weight set to 3)',
    ]);
  });

  it.each([
    ['starting', 1],
    ['running', 1],
    ['stopping', 1],
    ['reloading', 1],
    ['none', 0],
  ] as const)('with emailalertstatus %s, mails come in that state alone', async (state, count) => {
    open({ reals: reals(3) }, { states: state === 'none' ? [] : [state] });
    hear(up(1), ready, up(2));
    await time.advance(600_000);
    hear(down(1));
    await time.advance(600_000);
    config = { ...config, virtuals: [aVirtual({ reals: reals(4).slice(1) })] };
    hear(reloaded, up(4));
    await time.advance(600_000);
    hear({ event: 'daemon.stopping', reason: 'SIGTERM' });
    expect(await later(600_000)).toHaveLength(count);
  });
});

describe('a burst', () => {
  it('is one mail, which lists a hundred and counts the rest', async () => {
    hear(ready, ...Array.from({ length: 200 }, (_, n) => down(n + 1)));
    expect(await later(5000)).toEqual([
      '200 changes, the first: Deleted real server: 192.168.7.1:80 (192.168.6.240:80)',
    ]);
    const lines = sent[0]?.message.text.split('\n') ?? [];
    expect(lines.filter((line) => line.startsWith('T '))).toHaveLength(100);
    expect(lines).toContain('T Deleted real server: 192.168.7.100:80 (192.168.6.240:80): connection refused');
    expect(lines).toContain('and 100 more, which the log has');
  });

  it('without end brings ever fewer mails, and soon ones again after a calm', async () => {
    hear(ready);
    for (let second = 0; second < 3600; second += 1) {
      hear(second % 2 === 0 ? down(1) : up(1));
      await time.advance(1000);
    }
    expect(sent.length).toBeLessThan(20);
    await time.advance(600_000);
    const before = sent.length;
    hear(down(2));
    await time.advance(5000);
    expect(sent.length).toBe(before + 1);
  });
});

describe('a server that stays down', () => {
  it('is told of each emailalertfreq seconds until it is up', async () => {
    open({ mail: { repeatMs: 60_000 } });
    hear(ready, up(1));
    await time.advance(10_000);
    hear(down(1));
    await time.advance(200_000);
    const text = 'Inaccessible real server: 192.168.7.1:80 (192.168.6.240:80)';
    expect(subjects().filter((subject) => subject === text)).toHaveLength(3);
    hear(up(1));
    await time.advance(200_000);
    expect(subjects().filter((subject) => subject === text)).toHaveLength(3);
    expect(time.waiting()).toBe(0);
  });

  it('is told of no more once it has left', async () => {
    open({}, { repeatMs: 60_000 });
    hear(ready, down(1));
    config = { ...config, virtuals: [] };
    hear(reloaded);
    await time.advance(300_000);
    expect(subjects()).toHaveLength(1);
    expect(time.waiting()).toBe(0);
  });
});

describe('who', () => {
  it('is the service where it says so, by its own server without the password of all', async () => {
    const smtp = { host: 'mx', port: 25, tls: 'starttls', verify: true, user: 'u', password: 'p' } as const;
    open({ mail: { to: [{ address: 'shop' }], smtp: { host: 'other', port: 26 } } }, { smtp });
    hear(ready, down(1), router('active'));
    await time.advance(5000);
    expect(sent.map(({ message, way }) => [message.to, way.smtp])).toEqual([
      [[{ address: 'shop' }], { host: 'other', port: 26, tls: 'no', verify: true }],
      [[{ address: 'root' }], smtp],
    ]);
  });

  it('is nobody of a server that has smtp_alert: no', async () => {
    open({ reals: [aReal({ address: ip('192.168.7.1'), mail: false })] });
    hear(ready, up(1), down(1), { event: 'daemon.stopping', reason: 'x' });
    expect(await later(60_000)).toEqual([]);
  });

  it('gets what another recipient of the same mail is refused', async () => {
    answers = [
      { kind: 'sent', refused: ['mx: 550 no'], deferred: [{ address: 'b' }], reason: 'mx: 450 later' },
    ];
    open({}, { to: [{ address: 'a' }, { address: 'b' }, { address: 'c' }] });
    answers = [
      { kind: 'sent', refused: ['mx: 550 no'], deferred: [{ address: 'b' }], reason: 'mx: 450 later' },
    ];
    hear(ready, down(1));
    await time.advance(60_000);
    expect(sent.map(({ message }) => message.recipients.map(({ address }) => address))).toEqual([
      ['a', 'b', 'c'],
      ['b'],
    ]);
    expect(told.map(({ event }) => event)).toEqual([
      'notice.failed',
      'notice.mailed',
      'notice.failed',
      'notice.mailed',
    ]);
  });
});

describe('a virtual router', () => {
  it('is mailed in keepalived words, each state once', async () => {
    hear(ready);
    for (const to of ['active', 'active', 'leaving', 'backup', 'fault', 'initialize'] as const) {
      hear(router(to));
      await time.advance(600_000);
    }
    expect(subjects()).toEqual([
      '[lvs1] VRRP Instance VI_1 - Entering MASTER state',
      '[lvs1] VRRP Instance VI_1 - Entering BACKUP state',
      '[lvs1] VRRP Instance VI_1 - Entering FAULT state',
      '[lvs1] VRRP Instance VI_1 - Stopping',
    ]);
    expect(sent[0]?.message.text).toContain(
      'Reason: VI_1: backup -> active (master): no advert from an active router in time',
    );
  });

  it.each([
    ['transitions: no', { transitions: false }, []],
    ['faults: no', { faults: false }, ['active']],
  ] as const)('with %s', async (_, changes, states) => {
    open({}, changes);
    hear(ready, router('active'), router('fault'));
    await time.advance(5000);
    expect(sent).toHaveLength(states.length);
    if (sent[0] !== undefined) expect(sent[0].message.subject).toContain('MASTER');
  });
});

it('further events are mailed as the log says them', async () => {
  open({}, { events: ['service.empty'] });
  hear(ready, { event: 'service.empty', service });
  expect(await later(5000)).toEqual([`[lvs1] ${service}: neither a real server nor a fallback is up`]);
});

describe('a stop', () => {
  it('mails what it takes from the table, at once, and waits for it for a bounded time', async () => {
    open({ reals: reals(2) });
    hear(ready, up(1), down(2));
    await time.advance(60_000);
    hear({ event: 'daemon.stopping', reason: 'SIGTERM' });
    const drained = mailer.drained(5000);
    await time.advance(0);
    await drained;
    expect(subjects().at(-1)).toBe('Purged real server (stop): 192.168.7.1:80 (192.168.6.240:80)');
    expect(sent.at(-1)?.message.text).toContain('Daemon-Status: stopping');
    expect(time.waiting()).toBe(0);
  });

  it('that is a restart takes nothing from the table, and mails nothing', async () => {
    hear(ready, up(1));
    await time.advance(60_000);
    sent.length = 0;
    hear({ event: 'daemon.stopping', reason: 'SIGTERM', restarts: true });
    expect(await later(60_000)).toEqual([]);
  });
});

it('shows no terminal what a server said', async () => {
  hear(ready, {
    event: 'real.down',
    service,
    real: '192.168.7.1:80',
    detail: 'x\u001b[2J\r\nBcc: a',
    failures: 1,
  });
  await time.advance(5000);
  expect(sent[0]?.message.text).toContain('Reason: x [2J Bcc: a\n');
});
