// What a hostile or broken client may send to the control socket: byte strings of every kind, the same for the same seed.
// Valid questions are among them, whole, cut, repeated and with something behind them.

export type Roll = {
  readonly below: (limit: number) => number;
  readonly of: <T>(choices: readonly T[]) => T;
};

/** Mulberry32. */
export function rollOf(seed: number): Roll {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, of: (choices) => choices[below(choices.length)] as (typeof choices)[number] };
}

const targets = [
  ...[
    '/',
    '//',
    '///',
    '//x',
    '/\\',
    '/status',
    '//status',
    '/status/',
    '/STATUS',
    '/./status',
    '/../status',
  ],
  ...[
    '*',
    '',
    '?',
    '#',
    'status',
    'http://',
    'http:///',
    'http://control/status',
    'http://[',
    'http://a:b@c:99999/',
  ],
  ...[
    '/%',
    '/%0',
    '/%zz',
    '/%00',
    '/%ff%fe',
    '/status%00',
    '/server?action=%',
    '/server?%ff=%c0%af',
    '/why?about=%ED%A0%80',
  ],
  ...['/__proto__', '/constructor', '/toString', '/server?__proto__=x', '/server?constructor[prototype]=1'],
  ...[
    '/why',
    '/why?about=',
    '/why?about=%00%1b[31m',
    '/why?about=__proto__',
    `/why?about=${'x'.repeat(9000)}`,
  ],
  ...[
    '/server',
    '/server?action=weight&real=10.9.0.3:80',
    '/server?action=weight&weight=1e9&real=x',
    '/server?action=drain&timeout_ms=NaN&real=x',
  ],
  ...[
    '/server?action=disable',
    '/server?action=enable&real=__proto__',
    '/server?action=disable&real=&service=',
    `/server?${'a=1&'.repeat(3000)}`,
  ],
  ...[
    '/failover?instance=__proto__',
    '/failover?instance=',
    '/failover?instance=%ff',
    '/plan',
    '/plan?x',
    '/ping',
    'control:1',
    '/é',
    '/\u0001',
  ],
] as const;
const methods = [
  ...[
    'GET',
    'POST',
    'GET',
    'POST',
    'HEAD',
    'PUT',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PATCH',
    'CONNECT',
    'PRI',
    'M-SEARCH',
  ],
  ...['get', 'G', '', 'GET\0', '__proto__', 'A'.repeat(5000)],
] as const;
const versions = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTP/9.9',
  'http/1.1',
  'HTTP/',
  '',
  'FTP/1.1',
] as const;
const ends = ['\r\n', '\r\n', '\r\n', '\n', '\r', '\0', ' \r\n'] as const;

const headers = (roll: Roll): readonly string[] =>
  Array.from({ length: roll.below(4) }, () =>
    roll.of([
      ...[
        'Host: x',
        'Host: x',
        'Host:',
        'Host: a\r\nHost: b',
        'Connection: keep-alive',
        'Connection: upgrade\r\nUpgrade: websocket',
      ],
      ...[
        'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__',
        'Expect: 100-continue',
        'Expect: x',
      ],
      ...[
        'Content-Length: 5',
        'Content-Length: -1',
        'Content-Length: 99999999999999999999',
        'Content-Length: 5\r\nContent-Length: 6',
      ],
      ...[
        'Content-Length: 1000000000',
        'Transfer-Encoding: chunked',
        'Transfer-Encoding: gzip',
        'Transfer-Encoding: chunked\r\nContent-Length: 4',
      ],
      ...[
        'Content-Type: application/json',
        '__proto__: x',
        ': x',
        ' folded',
        'a b: c',
        'X: \0',
        `X: ${'y'.repeat(roll.below(40_000))}`,
      ],
      ...[
        'Authorization: Basic %%%',
        'Cookie: =',
        'TE: trailers',
        'Trailer: x',
        'x'.repeat(300),
        `${'X: y\r\n'.repeat(roll.below(3000))}Y: z`,
      ],
    ]),
  );

const bodies = (roll: Roll): string =>
  roll.of([
    ...[
      '',
      '',
      '',
      'x',
      '{',
      '{"a":',
      '[1,2',
      'null',
      'true',
      '""',
      '\0\0\0',
      '{"__proto__":{"x":1}}',
      '{"constructor":{"prototype":{}}}',
    ],
    ...[
      '['.repeat(roll.below(20_000)),
      '{"a":'.repeat(roll.below(5000)),
      'x'.repeat(roll.below(200_000)),
      '"\ud800"',
    ],
    ...[
      '5\r\nhello\r\n0\r\n\r\n',
      'ffffffffffffffff\r\n',
      'zz\r\n',
      '5;ext="\r\n',
      '-1\r\n',
      '0\r\nX: y\r\n\r\n',
      `1\r\na\r\n`.repeat(500),
    ],
    ...[
      'GET /status HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(roll.below(200)),
      'POST /failover HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(roll.below(50)),
    ],
  ]);

const garbage = (roll: Roll): Buffer =>
  Buffer.from(Array.from({ length: 1 + roll.below(roll.of([4, 100, 5000])) }, () => roll.below(256)));

/** One client's whole say. Those that are no questions of a daemon's are all but a few. */
export function hostileBytes(roll: Roll): Buffer {
  if (roll.below(8) === 0) return garbage(roll);
  const end = roll.of(ends);
  const line = [roll.of(methods), roll.of(targets), roll.of(versions)].join(
    roll.of([' ', ' ', ' ', '  ', '\t', '']),
  );
  const head = [line, ...(roll.below(2) === 0 ? ['Host: x'] : []), ...headers(roll)].join(end);
  const text = Buffer.from(`${head}${end}${end}${bodies(roll)}`, roll.of(['utf8', 'latin1']));
  const whole = roll.below(6) === 0 ? Buffer.concat([text, garbage(roll)]) : text;
  if (roll.below(5) === 0) return whole.subarray(0, roll.below(whole.length + 1));
  if (roll.below(8) === 0 && whole.length > 0) {
    const flipped = Buffer.from(whole);
    for (let count = 1 + roll.below(4); count > 0; count -= 1)
      flipped[roll.below(flipped.length)] = roll.below(256);
    return flipped;
  }
  return whole;
}

/** In which manner a client says it: at once, byte by byte, and whether it stays, hangs up or never listens. */
export type Manner = {
  readonly pieces: number;
  readonly leaves: 'when answered' | 'half' | 'at once' | 'never reads';
};

export const mannerOf = (roll: Roll): Manner => ({
  pieces: roll.of([1, 1, 1, 2, 7]),
  leaves: roll.of(['when answered', 'when answered', 'half', 'at once', 'never reads']),
});
