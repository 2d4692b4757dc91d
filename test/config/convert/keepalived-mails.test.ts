// Whom a converted file tells by mail, of what, as keepalived would.
import { describe, expect, it } from 'vitest';
import { convertedText } from '../../make/conversion.ts';

const file = (globals: string, { router = '', service = '', servers = ['', ''] } = {}) =>
  convertedText(`global_defs {
${globals}
}
vrrp_instance A {
interface eth0
virtual_router_id 51
${router}
virtual_ipaddress {
192.0.2.99/24
}
}
virtual_server 192.0.2.99 80 {
protocol TCP
${service}
${servers.map((each, index) => `real_server 192.0.2.${index + 1} 80 {\n${each}\nTCP_CHECK {\n}\n}`).join('\n')}
}
`);
const to = 'notification_email {\nops@example.org\nBoss <boss@example.org>\n}';
const told = (...given: Parameters<typeof file>) => {
  const { config, notes } = file(...given);
  const [router, virtual] = [config.vrrp[0], config.virtuals[0]];
  const alerts = {
    router: router?.mail,
    quorum: virtual?.mail?.quorum,
    servers: virtual?.reals.map(({ mail }) => mail),
  };
  return { mail: config.mail, alerts, notes: notes.filter((note) => /smtp|mail/.test(note)) };
};

describe('mail', () => {
  it('goes by the server on this host, of servers alone, where nothing else is said', () => {
    const { mail, alerts, notes } = told('notification_email {\nops@example.org\n}');
    expect(mail).toMatchObject({
      to: [{ address: 'ops@example.org' }],
      smtp: { host: '127.0.0.1', port: 25, tls: 'no' },
      ...{ servers: true, quorum: false, transitions: false, faults: true },
    });
    expect([alerts, notes]).toEqual([
      { router: undefined, quorum: undefined, servers: [undefined, undefined] },
      [],
    ]);
  });

  it('has the sender, the server, its port, and for how long it is tried', () => {
    const { mail, notes } = told(
      `${to.replace('Boss <boss@example.org>', 'boss@example.org')}\nnotification_email_from lvs@example.org\nsmtp_server 192.0.2.25 2525\nsmtp_helo_name lvs1.example.org\nsmtp_connect_timeout 7\nno_email_faults`,
    );
    expect(mail).toMatchObject({
      to: [{ address: 'ops@example.org' }, { address: 'boss@example.org' }],
      from: { address: 'lvs@example.org' },
      smtp: { host: '192.0.2.25', port: 2525, helo: 'lvs1.example.org' },
      ...{ timeoutMs: 7000, faults: false },
    });
    expect(notes).toEqual([]);
  });

  const base = 'notification_email {\nops@example.org\n}\n';
  it.each([
    ['smtp_alert', { servers: true, quorum: true, transitions: true }],
    ['smtp_alert off', { servers: false, quorum: false, transitions: false }],
    ['smtp_alert\nsmtp_alert_vrrp off', { servers: true, quorum: true, transitions: false }],
    ['smtp_alert_checker off\nsmtp_alert_vrrp', { servers: false, quorum: false, transitions: true }],
    ['smtp_alert off\nsmtp_alert_checker', { servers: true, quorum: true, transitions: false }],
  ])('of all: %s', (words, wanted) => {
    expect(told(base + words).mail).toMatchObject(wanted);
  });

  it('is asked for, or not, by a router, a service and a server of its own', () => {
    expect(
      told(base, { router: 'smtp_alert', service: 'smtp_alert true', servers: ['smtp_alert no', ''] }).alerts,
    ).toEqual({ router: true, quorum: true, servers: [false, undefined] });
    const { mail, alerts } = told(`${base}smtp_alert off`, { servers: ['smtp_alert', ''] });
    expect([mail?.servers, alerts.servers]).toEqual([true, [undefined, false]]);
  });

  it('is left out where nobody is named, which is told', () => {
    const { mail, notes } = told('smtp_server 192.0.2.25', {
      router: 'smtp_alert',
      servers: ['smtp_alert', ''],
    });
    expect(mail).toBeUndefined();
    expect(notes).toHaveLength(3);
    for (const note of notes) expect(note).toContain('left out, as notification_email names nobody');
  });
});
