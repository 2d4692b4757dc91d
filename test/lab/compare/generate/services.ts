// virtual_server, its servers, its groups and their checkers, with all the words that convert knows of them.
import fc from 'fast-check';
import {
  all,
  bare,
  decimal,
  flag,
  inside,
  type Keys,
  leaf,
  lines,
  maybe,
  mostly,
  number,
  one,
  shuffled,
  some,
  words,
} from './blocks.ts';

const address4 = mostly(
  one('10.0.0.1', '10.0.0.2', '10.0.0.3'),
  one('10.0.0.1/24', '10.0.0.300', 'web.example', '10.0.0'),
  25,
);
const address6 = one('2001:db8::11', '2001:DB8:0::12');
const port = mostly(one('80', '8080', '443'), number(1, 65_535), 4);

const times: Keys = {
  delay_loop: decimal('1', '4', '0.5', '60', '10'),
  connect_timeout: decimal('1', '3', '2.5', '7'),
  retry: number(0, 9),
  delay_before_retry: decimal('1', '3', '0.25'),
};
const shared: Keys = { ...times, warmup: decimal('1', '0'), alpha: flag };

const places: Keys = {
  connect_port: port,
  connect_ip: mostly(one('10.9.9.9', '10.0.0.1'), one('2001:db8::9', 'x')),
  bindto: one('10.8.8.8', '10.8.8.9'),
  bind_port: number(1, 65_535),
  bind_if: one('eth0', 'eth1'),
  fwmark: number(1, 99),
};

const word = one('/', '/health', '/a?x=1&y=%20', '/index.html');
const url = inside(
  bare.map(() => 'url'),
  all(
    leaf('path', word),
    some(
      {
        status_code: mostly(
          one('200', '200 204', '200-299', '301-302 200', '404'),
          one('99', '200-100', '600', 'x', '200,204'),
          6,
        ),
        digest: one('9b3a0c85a887a256d6939da88aabd8cd', '9B3A0C85A887A256D6939DA88AABD8CD'),
        virtualhost: one('a.example.org', 'b.example.org'),
        regex: one('"up(date)?"', 'ok', '"^a.b$"'),
      },
      2,
    ),
  ),
);
const http = (key: string, more: Keys) =>
  inside(
    one(key),
    shuffled(
      all(
        url,
        maybe(url, 2),
        some(
          { ...shared, ...places, virtualhost: one('c.example.org'), nb_get_retry: number(1, 5), ...more },
          4,
        ),
      ),
    ),
  );
const simple = (key: string, keys: Keys) => inside(one(key), some(keys, 4));

const checkers = fc.oneof(
  simple('TCP_CHECK', { ...shared, ...places }),
  http('HTTP_GET', {}),
  http('SSL_GET', { enable_sni: flag, sni_name: one('s.example.org') }),
  simple('SMTP_CHECK', { ...shared, ...places, helo_name: one('mx.example.org', '"mx 2"') }),
  simple('DNS_CHECK', {
    ...shared,
    ...places,
    type: one('A', 'AAAA', 'MX', 'a', 'SOA', 'TXT', 'NS', 'ANY'),
    name: one('example.org', 'example.net'),
  }),
  inside(
    one('MISC_CHECK'),
    all(
      leaf(
        'misc_path',
        mostly(
          one('/bin/true', '"/bin/true one \'two three\'"', '"/bin/true -x"'),
          one('/nowhere/program', '"/nowhere/program x"', '""'),
          6,
        ),
      ),
      some(
        {
          ...shared,
          misc_timeout: number(1, 60),
          misc_dynamic: flag,
          user: one('root', 'nobody', 'nobody nogroup'),
        },
        3,
      ),
    ),
  ),
  simple('PING_CHECK', { ...shared, ...places }),
  simple('UDP_CHECK', {
    ...shared,
    ...places,
    payload: one('00010203', 'ff', '"00 01"'),
    require_reply: one('', '6f6b', 'ff'),
    min_reply_length: number(0, 255),
    max_reply_length: number(1, 255),
  }),
  inside(one('FILE_CHECK'), all(leaf('track_file', one('quota', 'load', 'unknown')))),
);

const method = mostly(
  one('NAT', 'DR', 'TUN', 'NAT', 'DR'),
  one(
    'TUN type gue port 6080',
    'TUN type gre csum',
    'TUN type gue port 6080 remcsum',
    'FNAT',
    'nat',
    'TUN type ipip',
  ),
  5,
);

const realOf = (address: fc.Arbitrary<string>) =>
  inside(
    words(one('real_server'), address, mostly(port, one('http', '70000'), 10)),
    shuffled(
      all(
        some(
          {
            ...shared,
            weight: number(0, 65_535),
            lvs_method: method,
            inhibit_on_failure: flag,
            uthreshold: number(0, 9),
            lthreshold: number(0, 9),
            virtualhost: one('r.example.org'),
            notify_up: one('/bin/true'),
            snmp_name: one('name'),
            nonsense: one('', '1'),
          },
          3,
        ),
        mostly(
          checkers.map((each) => [each]),
          fc.array(checkers, { maxLength: 3 }),
          3,
        ),
      ),
    ),
  );

const keysOf = (address: fc.Arbitrary<string>): Keys => ({
  ...shared,
  lb_algo: mostly(
    one('rr', 'wrr', 'lc', 'wlc', 'sh', 'mh', 'dh', 'sed', 'nq', 'lblc', 'lblcr', 'fo', 'ovf'),
    one('nonsense', 'RR', 'twos'),
    8,
  ),
  lvs_sched: one('rr', 'mh', 'sh'),
  lb_kind: method,
  lvs_method: method,
  'sh-port': bare,
  'sh-fallback': bare,
  'mh-port': bare,
  'mh-fallback': bare,
  'flag-1': bare,
  ops: bare,
  persistence_timeout: mostly(one('', '50', '360', '3600'), number(1, 2_678_400), 2),
  persistence_granularity: mostly(
    one('255.255.255.0', '255.255.255.255'),
    one('24', '64', 'x', '255.0.255.0'),
    5,
  ),
  persistence_engine: one('sip'),
  quorum: number(1, 5),
  hysteresis: number(0, 3),
  quorum_up: one('/bin/true', '"/bin/true up" nobody'),
  quorum_down: one('"/bin/true down"'),
  sorry_server: words(address, mostly(port, one('', '0'), 3)),
  sorry_server_lvs_method: method,
  sorry_server_inhibit: bare,
  inhibit_on_failure: flag,
  weight: number(1, 100),
  virtualhost: one('v.example.org'),
  ip_family: one('inet', 'inet6'),
  ha_suspend: bare,
  omega: bare,
  snmp_name: one('name'),
  hashed: bare,
  nonsense: one('', '2'),
});

/** Mostly TCP, so that few differ by chance alone. */
const protocol = maybe(
  leaf('protocol', mostly(one('TCP', 'TCP', 'UDP'), one('SCTP', 'tcp', 'ICMP'), 6)),
  1,
).map((found) => (found.length === 0 ? [{ text: 'protocol TCP' }] : found));

const serviceOf = (head: fc.Arbitrary<string>, address: fc.Arbitrary<string>) =>
  inside(
    words(one('virtual_server'), head),
    shuffled(
      all(protocol, some(keysOf(address), 5), fc.array(realOf(address), { minLength: 0, maxLength: 3 })),
    ),
  );

const vip4 = words(
  mostly(one('192.0.2.1', '192.0.2.2', '192.0.2.3'), one('192.0.2.4/24', '192.0.2.300', 'vip.example'), 25),
  mostly(port, one('', '0', '53', 'http'), 10),
);

export const service = fc.oneof(
  { weight: 8, arbitrary: serviceOf(vip4, address4) },
  { weight: 2, arbitrary: serviceOf(words(one('2001:db8::1', '2001:db8:0::2'), port), address6) },
  {
    weight: 2,
    arbitrary: serviceOf(words(one('fwmark'), one('1', '2', '7', '99', '4294967295')), address4),
  },
  { weight: 2, arbitrary: serviceOf(words(one('group'), one('G1', 'G2', 'G9')), address4) },
  { weight: 1, arbitrary: serviceOf(vip4, fc.oneof(address4, address6)) },
);

export const serviceGroup = (name: string) =>
  inside(
    one(`virtual_server_group ${name}`),
    lines(
      mostly(
        one('192.0.2.21 80', '192.0.2.22-24 8080', 'fwmark 3', '192.0.2.30 443', '192.0.2.25 0'),
        one(
          '2001:db8::5 80',
          '192.0.2.26',
          '192.0.2.27 70000',
          'x 80',
          '192.0.2.40/30 80',
          'fwmark 5 inet6',
          '192.0.2.50-192.0.2.52 80',
        ),
        5,
      ),
      3,
    ),
  );
