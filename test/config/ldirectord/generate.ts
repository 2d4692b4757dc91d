// Generated files for ldirectord: every directive, at the top and in a block, with values that are mostly right and sometimes
// odd, written down neatly or as people do. Every choice is fast-check's, so that a seed names a file.
import fc from 'fast-check';

const one = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>, share = 60): fc.Arbitrary<T> =>
  fc.oneof({ weight: share, arbitrary: usual }, { weight: 1, arbitrary: rare });

const number = mostly(
  fc.integer({ min: 1, max: 99 }).map(String),
  one('0', '-3', '5s', '1.5', 'x', '', '007', '"4"', '3 # three', '70000', '99999999999'),
);
const yesNo = mostly(one('yes', 'no'), one('Yes', 'on', '', 'yes ', '"yes"', 'no # not'));
const quoted = (...texts: readonly string[]) =>
  mostly(
    one(...texts).map((text) => `"${text}"`),
    one('""', 'bare', '"a"b"', '"open', '"a" # why', '"a#b"', '"tab\there"'),
    48,
  );

const address = mostly(
  one('10.0.0.1', '10.0.0.2', '10.0.0.3'),
  one(
    'localhost',
    '10.0.0',
    '10.1',
    '0x0a000001',
    '010.0.0.1',
    '24',
    '10.0.0.256',
    'web_localhost',
    '10.0.0.1/8',
  ),
  64,
);
const port = mostly(
  one(':80', ':8080', ':443', ''),
  one(':0', ':http', ':domain', ':70000', ':', ':x', '::80'),
  48,
);
const method = mostly(one('gate', 'masq', 'ipip'), one('GATE', 'nat', 'masq,', ''), 120);
const pair = mostly(
  mostly(one('', ''), one(' "r", "ok"', ' "r","ok"', ' "r" "ok"', ' "", ""', ' "/r", "ok"'), 2),
  one(
    ' "r" , "ok"',
    ' "r"',
    ' "page 2", "ok"',
    ' "a 2 x", "b","c"',
    ' "a"b" "c"',
    ' "/r", "ok" x',
    ' "r","ok" "x"',
  ),
  24,
);
const limits = mostly(
  mostly(one('', ''), one(' l:1 u:9', ' u:9'), 2),
  one(' l:x', ' l:', ' u: l:', ' l: u:9', ' u:9 l:1', ' l:9 u:1', ' l:1', ' x l:1 u:9'),
  24,
);
const weight = mostly(
  one('', ' 1', ' 7', ' 0'),
  one(' -1', ' 1.5', ' x 3', ' 65535', ' 65536', ' 1 2', ' -w 1', ' 007'),
  48,
);
const joined = (...parts: readonly fc.Arbitrary<string>[]) => fc.tuple(...parts).map((all) => all.join(''));
const real = mostly(
  joined(address, port, one(' ', ' ', '  '), method, weight, pair, limits),
  one(
    '10.0.0.1->10.0.0.3:80 gate',
    '10.0.0.1->10.0.0.3 masq 2',
    '10.0.0.3->10.0.0.1:80 gate',
    '10.0.0.254->10.0.1.2:80 gate 3',
    '10.0.0.9-> 10.0.0.10 gate',
    'x 10.0.0.1:80 gate',
    '10.0.0->10.2 gate',
  ),
  40,
);
const six = one('[2001:db8::1]:80', '[2001:db8::2]', '[2001:DB8:0::3]:8080');
const real6 = joined(six, one(' '), method, weight, pair, limits);
const fallback = mostly(
  joined(one('127.0.0.1', '10.9.9.9'), port, one('', ' gate', ' masq', ' ipip')),
  one(
    '127.0.0.1:80 gate 1',
    '127.0.0.1:80 GATE',
    '127.0.0.1:80 # here',
    '127.1:80',
    '10.1 masq',
    'x 10.9.9.9 gate',
  ),
  32,
);

const shared = {
  checktimeout: number,
  negotiatetimeout: number,
  checkinterval: number,
  checkcount: number,
  failurecount: number,
  quiescent: yesNo,
  cleanstop: yesNo,
  emailalert: one('admin@example.org', '"admin@example.org"', ''),
  emailalertfreq: number,
  emailalertstatus: mostly(one('all', 'none', 'starting,running', 'stopping'), one('none,all', 'x', ''), 24),
  smtp: one('mail.example.org', '10.0.0.25'),
};
const atTop = {
  ...shared,
  fallback,
  fallback6: joined(six, one('', ' gate', ' masq')),
  fallbackcommand: one('"/bin/true x"', '/bin/true'),
  readdquiescent: yesNo,
  autoreload: yesNo,
  callback: quoted('/bin/true'),
  fork: yesNo,
  supervised: yesNo,
  logfile: quoted('local0', 'daemon'),
  emailalertfrom: one('root@example.org'),
  maintenancedir: one('/tmp', '/nowhere/dir'),
};
const ofService = {
  ...shared,
  fallbackcommand: one('"/bin/true x"', '/bin/true', '/bin/true a b'),
  checktype: mostly(
    one('negotiate', 'connect', 'ping', 'on', 'off', 'external', 'external-perl', '3', '10'),
    one('NEGOTIATE', '"connect"', 'connect now', '0', 'foo7', 'foo'),
    32,
  ),
  service: mostly(
    one(
      'http',
      'https',
      'ftp',
      'smtp',
      'none',
      'dns',
      'mysql',
      'sip',
      'simpletcp',
      'ldap',
      'radius',
      'nntp',
      'pop',
      'imap',
      'http_proxy',
      'submission',
      'pgsql',
      'oracle',
    ),
    one('HTTP', 'foo', 'https junk', '"http"'),
    40,
  ),
  checkcommand: one('/bin/true', '"/bin/true"', '/bin/true x', '"/bin/true x"'),
  checkport: mostly(one('80', '8080', '1', '65535'), one('0', '65536', 'http', '80x'), 24),
  request: quoted('/index.html', 'index.html', 'http://www.example.org/x', 'SELECT 1', 'a b'),
  receive: quoted('ok', 'Test Page', '^a.*b$', 'x|y'),
  httpmethod: one('GET', 'HEAD', 'get', 'head', 'POST', 'GETS'),
  virtualhost: one('www.example.org', '"www.example.org"', 'a:8080', ''),
  login: quoted('user'),
  passwd: quoted('pass word', 'a\\nb'),
  database: quoted('db'),
  secret: quoted('s'),
  load: quoted('x'),
  scheduler: mostly(
    one('rr', 'wrr', 'lc', 'wlc', 'sh', 'mh', 'dh', 'nq', 'sed'),
    one('WLC', 'maglev2', '"rr"', ''),
    48,
  ),
  schedflags: one('sh-port', 'mh-fallback,mh-port', 'flag-1'),
  persistent: mostly(number, one('600', '3600'), 1),
  netmask: mostly(
    one('255.255.255.0', '255.255.255.255'),
    one('24', 'x', '255.0.255.0', '255.255.0.0 # b', '255.255.255.256'),
    24,
  ),
  protocol: mostly(one('tcp', 'udp'), one('fwm', 'TCP', 'sctp', ''), 48),
  ops: yesNo,
  servicename: one('Web', '"Web Site"', 'a # b'),
  comment: one('text', '"text"', 'a, b'),
  monitorfile: one('"/dev/null"', '/dev/null'),
} as const;

type Keys = Readonly<Record<string, fc.Arbitrary<string>>>;
const directive = (keys: Keys): fc.Arbitrary<string> =>
  fc.oneof(
    ...Object.entries(keys).map(([key, value]) =>
      fc
        .tuple(mostly(one('=', '='), one(' = ', '= ', ' ='), 2), value)
        .map(([sign, text]) => `${key}${sign}${text}`),
    ),
  );

const indent = mostly(one('        ', '    ', '\t'), one('   ', '  \t', '     ', '  '), 160);
const between = mostly(
  one<string[]>([]),
  one(['        # a comment'], ['# at the left'], [''], ['      ']),
  100,
);
const inBlock = (line: fc.Arbitrary<string>) =>
  fc.tuple(between, indent, line).map(([before, pad, text]) => [...before, `${pad}${text}`]);

const block = (head: fc.Arbitrary<string>, server: fc.Arbitrary<string>, more: Keys) =>
  fc
    .tuple(
      head,
      fc.array(inBlock(server), { minLength: 0, maxLength: 3 }),
      fc.array(inBlock(directive({ ...ofService, ...more })), { maxLength: 7 }),
      fc.boolean(),
    )
    .map(([first, servers, others, isLater]) => [
      first,
      ...(isLater ? [...others, ...servers] : [...servers, ...others]).flat(),
    ]);

const service = fc.oneof(
  {
    weight: 8,
    arbitrary: block(
      mostly(
        joined(
          one('virtual=', 'virtual = '),
          one('192.0.2.1', '192.0.2.2', '192.0.2.3', 'localhost'),
          one(':80', ':443', ':53', ':21', ':25', ':8080', ':3306', ':5060', ':domain', ':http'),
        ),
        one(
          'virtual=192.0.2.1',
          'virtual=192.0.2.1:80 # web',
          'virtual=x',
          'virtual=192.0.2.1:0',
          'virtual=192.0.2.1:70000',
          'virtual=192.0.514:80',
          'virtual=0xc0000203:8080',
          'virtual=0',
        ),
        60,
      ),
      real.map((text) => `real=${text}`),
      { fallback },
    ),
  },
  {
    weight: 2,
    arbitrary: block(
      one('virtual=1', 'virtual=7', 'virtual=4294967295'),
      real.map((text) => `real=${text}`),
      { fallback },
    ),
  },
  {
    weight: 2,
    arbitrary: block(
      one('virtual6=[2001:db8::9]:80', 'virtual6=[2001:DB8::8]:443', 'virtual6=3'),
      real6.map((text) => `real6=${text}`),
      { fallback6: atTop.fallback6 },
    ),
  },
);

const top = mostly(
  directive(atTop),
  one('# a comment', '  # another', '', 'nonsense=1', ' quiescent=yes', 'timeout=3'),
  48,
).map((line) => [line]);

export const ldirectordFile: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(top, { maxLength: 5 }),
    fc.array(fc.tuple(service, one([''], ['# next'], ['', ''])), { minLength: 1, maxLength: 3 }),
    fc.array(top, { maxLength: 1 }),
    mostly(one('\n'), one('\r\n'), 120),
  )
  .map(([before, services, after, end]) =>
    [...before, ...services, ...after]
      .flat(2)
      .map((line) => `${line}${end}`)
      .join(''),
  );
