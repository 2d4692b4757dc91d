// What ldirectord's keys of mail and `mail` come to: addresses with names, servers with ports, states, and what a service says
// for itself.
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { mailAddressesOf } from '../../src/config/values/mail-address.ts';
import { environment } from '../make/environment.ts';

const read = (text: string, file = 'a.yaml') => parseConfig(text, file, environment);
const block = 'virtual=10.0.0.1:80\n\treal=10.0.0.2:80 masq\n';

describe('addresses', () => {
  it.each([
    ['root', [{ address: 'root' }]],
    ['a@x.org, b@x.org,', [{ address: 'a@x.org' }, { address: 'b@x.org' }]],
    [
      '"Doe, \\"J\\" John" <j@x.org>, Jo  <jo@x>',
      [
        { address: 'j@x.org', name: 'Doe, "J" John' },
        { address: 'jo@x', name: 'Jo' },
      ],
    ],
    ['<a@x.org>', [{ address: 'a@x.org' }]],
  ])('%s', (text, addresses) => {
    expect(mailAddressesOf(text)).toEqual(addresses);
  });

  it.each(['', ',', 'a b', 'a@x <b@x> c', '"a <b@x>', 'a@x\nBcc: b@x', 'a@', '<>', 'a@x;b@x'])(
    'not: %s',
    (text) => {
      expect(mailAddressesOf(text)).toBeUndefined();
    },
  );
});

describe('an ldirectord.cf', () => {
  it('has its mail as stock has it', () => {
    const head =
      'emailalert="a@x.org, b@x.org"\nemailalertfrom="LVS" <lvs@x.org>\nemailalertfreq=3600\nsmtp=mx.x.org\n';
    const own =
      '\temailalert=shop@x.org\n\temailalertstatus=running,stopping\n\temailalertfreq=0\n\tsmtp=mx2\n';
    const { config, problems } = read(`${head}${block}${own}`, 'a.cf');
    expect(problems).toEqual([]);
    expect(config?.mail).toEqual({
      ...{
        to: [{ address: 'a@x.org' }, { address: 'b@x.org' }],
        from: { address: 'lvs@x.org', name: 'LVS' },
      },
      ...{ smtp: { host: 'mx.x.org', port: 25, tls: 'no', verify: true }, repeatMs: 3_600_000 },
      ...{ states: ['starting', 'running', 'stopping', 'reloading'], digestMs: 5000, timeoutMs: 30_000 },
      ...{ servers: true, quorum: true, transitions: true, faults: true, events: [] },
    });
    expect(config?.virtuals[0]?.mail).toEqual({
      ...{ to: [{ address: 'shop@x.org' }], repeatMs: 0, states: ['running', 'stopping'] },
      smtp: { host: 'mx2', port: 25 },
    });
  });

  it('has none where nobody is to be told', () => {
    expect(read(block, 'a.cf').config?.mail).toBeUndefined();
  });
});

describe('TLS', () => {
  it.each([
    ['smtp: mx', 25, 'no'],
    ['smtp: "mx:465"', 465, 'tls'],
    ['smtp: mx, tls: tls', 465, 'tls'],
    ['smtp: "mx:587", user: u, password: p', 587, 'starttls'],
    ['smtp: "[fd00::1]:2525"', 2525, 'no'],
  ])('with %s', (keys, port, tls) => {
    expect(read(`mail: {to: [root], ${keys}}\n`).config?.mail?.smtp).toMatchObject({ port, tls });
  });
});

it('routers, services and servers say for themselves', () => {
  const { config, problems } = read(`mail: {to: [root], smtp: mx, transitions: no}
vrrp:
  - {name: A, interface: eth0, virtual_router_id: 5, virtual_ipaddress: [10.0.0.9], smtp_alert: yes}
virtual:
  - address: 10.0.0.1:80
    smtp_alert: no
    real: [{address: 10.0.0.2:80, forward: masq, smtp_alert: no}]
`);
  expect(problems).toEqual([]);
  expect(config?.vrrp[0]?.mail).toBe(true);
  expect(config?.virtuals[0]).toMatchObject({ mail: { quorum: false }, reals: [{ mail: false }] });
});
