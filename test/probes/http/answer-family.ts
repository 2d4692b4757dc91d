// A family of HTTP answers as servers really give them, from by the book to barely an answer, generated: status lines,
// header fields, bodies and endings, each with every kind of line end. What clients make of each is found out by asking
// them (test/lab/health/http-answers.net.test.ts).

export type OddAnswer = {
  readonly name: string;
  readonly words: string;
  /** Latin-1 characters are bytes. `open`: the connection stays, as of a stream. */
  readonly then: 'end' | 'reset' | 'open';
};

const lineEnds = { 'CR LF': '\r\n', LF: '\n' } as const;

const statusLines = [
  'HTTP/1.1 200 OK',
  'HTTP/1.0 200 OK',
  'HTTP/1.1 200',
  'HTTP/1.1 200 ',
  'HTTP/1.1  200 OK',
  'HTTP/1.1\t200\tOK',
  'HTTP/1.1 200 \xe9t\xe9',
  'HTTP/1.1 200 OK: all 3 nodes, "synced"',
  'HTTP/1.2 200 OK',
  'HTTP/1.1 203 Non-Authoritative Information',
  'HTTP/1.1 299 Odd',
  'HTTP/1.1 503 Service Unavailable',
  'HTTP/1.1 503',
  'HTTP/1.1 404 Not Found',
  'HTTP/1.1 2000 OK',
  'HTTP/1.1 20 OK',
  'HTTP/1.1 OK',
  'http/1.1 200 OK',
  'HTTP 200 OK',
  'ICY 200 OK',
  '200 OK',
  '\xef\xbb\xbfHTTP/1.1 200 OK',
  ' HTTP/1.1 200 OK',
];

const fields: readonly (readonly [string, readonly string[]])[] = [
  ['no field', []],
  ['a folded field', ['X-Long: one', ' two']],
  ['a field folded by a tab', ['X-Long: one', '\ttwo', '\t\tthree']],
  ['a fold before any field', [' folded']],
  ['a line without a colon', ['Nothing at all']],
  ['a field without a name', [': nothing']],
  ['a field without a value', ['X-Empty:']],
  ['a blank before the colon', ['Content-Type : text/plain']],
  ['a blank in a name', ['X Odd Name: 1']],
  ['brackets and slashes in a name', ['X-[odd]/{name}@1: 1']],
  ['a name that is not ASCII', ['X-\xc3\xa9: 1']],
  ['bytes that are not ASCII in a value', ['Server: caf\xe9 \xff\xfe']],
  ['a control character in a value', ['X-Odd: a\x01b']],
  ['a DEL in a value', ['X-Odd: a\x7fb']],
  ['a NUL in a value', ['X-Odd: a\0b']],
  ['a lone CR in a value', ['X-Odd: a\rb']],
  ['a field of 20 kB', [`Set-Cookie: ${'c'.repeat(20_000)}`]],
  ['a head of 60 kB', Array.from({ length: 60 }, (_, i) => `X-${i}: ${'v'.repeat(1000)}`)],
  ['80 fields', Array.from({ length: 80 }, (_, i) => `X-${i}: ${i}`)],
  ['a quoted colon', ['Date: "12:00:00"']],
  ['Keep-Alive', ['Connection: keep-alive', 'Keep-Alive: timeout=5']],
  ['an upgrade offered', ['Upgrade: h2c', 'Connection: Upgrade']],
];

const lengths = ['4', '4 ', '0004', '4, 4', '+4', '-4', '0x4', '4x', '', 'four', '99999999999999999999'];

/** Behind the head, with the fields it needs. */
const bodies: readonly (readonly [string, readonly string[], (line: string) => string])[] = [
  ['chunks', ['Transfer-Encoding: chunked'], (n) => `4${n}Test${n}0${n}${n}`],
  ['chunks with padded sizes', ['Transfer-Encoding: chunked'], (n) => `4    ${n}Test${n}0  ${n}${n}`],
  ['chunks with zeros before', ['Transfer-Encoding: chunked'], (n) => `0004${n}Test${n}000${n}${n}`],
  ['chunks with an extension', ['Transfer-Encoding: chunked'], (n) => `4;a=b${n}Test${n}0${n}${n}`],
  [
    'chunks and a length',
    ['Transfer-Encoding: chunked', 'Content-Length: 14'],
    (n) => `4${n}Test${n}0${n}${n}`,
  ],
  [
    'a length and chunks',
    ['Content-Length: 4', 'Transfer-Encoding: chunked'],
    (n) => `4${n}Test${n}0${n}${n}`,
  ],
  ['Chunked, in capitals', ['Transfer-Encoding: CHUNKED'], (n) => `4${n}Test${n}0${n}${n}`],
  ['identity', ['Transfer-Encoding: identity'], () => 'Test'],
  ['chunks with a trailer', ['Transfer-Encoding: chunked'], (n) => `4${n}Test${n}0${n}X-Sum: 1${n}${n}`],
  ['chunks without the last', ['Transfer-Encoding: chunked'], (n) => `4${n}Test${n}`],
  ['chunks that break off', ['Transfer-Encoding: chunked'], (n) => `9${n}Test`],
  ['chunks without the last line end', ['Transfer-Encoding: chunked'], (n) => `4${n}Test${n}0${n}`],
  ['no chunks, though it says so', ['Transfer-Encoding: chunked'], () => 'Test'],
  ['bytes behind the last chunk', ['Transfer-Encoding: chunked'], (n) => `4${n}Test${n}0${n}${n}more`],
  ['a body that is too short', ['Content-Length: 9'], () => 'Test'],
  ['a body that is too long', ['Content-Length: 2'], () => 'Test'],
  ['two lengths, the same', ['Content-Length: 4', 'Content-Length: 4'], () => 'Test'],
  ['two lengths, different', ['Content-Length: 4', 'Content-Length: 9'], () => 'Test'],
  ...lengths.map((length): readonly [string, readonly string[], () => string] => [
    `the length "${length}"`,
    [`Content-Length: ${length}`],
    () => 'Test',
  ]),
];

const interims: readonly (readonly [string, readonly string[]])[] = [
  ['100 Continue', ['HTTP/1.1 100 Continue', '']],
  ['three times 100', Array.from({ length: 3 }, () => ['HTTP/1.1 100 Continue', '']).flat()],
  ['102 and 103', ['HTTP/1.1 102 Processing', '', 'HTTP/1.1 103 Early Hints', 'Link: </a>', '']],
  ['103 without a reason', ['HTTP/1.1 103', '']],
  ['an empty line', ['']],
  ['three empty lines', ['', '', '']],
];

const answer = (name: string, words: string, then: OddAnswer['then'] = 'end'): OddAnswer => ({
  name,
  words,
  then,
});
const good = ['HTTP/1.1 200 OK', 'Content-Length: 4'];

export const oddAnswers: readonly OddAnswer[] = Object.entries(lineEnds).flatMap(([ends, n]) => {
  const headOf = (...lines: readonly string[]) => [...lines, '', ''].join(n);
  const whole = headOf(...good);
  return [
    ...statusLines.map((line) => answer(`${line} (${ends})`, `${headOf(line, 'Content-Length: 4')}Test`)),
    ...fields.flatMap(([name, lines]) => [
      answer(`${name} (${ends})`, `${headOf(...good, ...lines)}Test`),
      answer(`${name}, first (${ends})`, `${headOf('HTTP/1.1 200 OK', ...lines, 'Content-Length: 4')}Test`),
    ]),
    ...bodies.flatMap(([name, lines, body]) => {
      const words = `${headOf('HTTP/1.1 200 OK', ...lines)}${body(n)}`;
      return [answer(`${name} (${ends})`, words), answer(`${name}, reset (${ends})`, words, 'reset')];
    }),
    ...interims.map(([name, lines]) =>
      answer(`${name} before (${ends})`, `${headOf(...lines, ...good).slice(0)}Test`),
    ),
    answer(`a body until the end (${ends})`, `${headOf('HTTP/1.1 200 OK')}Test`),
    answer(`a body until the reset (${ends})`, `${headOf('HTTP/1.1 200 OK')}Test`, 'reset'),
    answer(`a length, and open (${ends})`, `${whole}Test`, 'open'),
    answer(`nothing but a head (${ends})`, headOf('HTTP/1.1 200 OK')),
    answer(`a head that breaks off (${ends})`, `HTTP/1.1 200 OK${n}Content-`),
    answer(`a status line alone (${ends})`, `HTTP/1.1 200 OK${n}`),
    answer(`204 with a body (${ends})`, `${headOf('HTTP/1.1 204 No Content', 'Content-Length: 4')}Test`),
    answer(`mixed line ends (${ends})`, `HTTP/1.1 200 OK${n}Server: x\r\nContent-Length: 4\n${n}Test`),
    answer(`mixed line ends, LF CR LF (${ends})`, `HTTP/1.1 200 OK${n}Content-Length: 4\n\r\nTest`),
    answer(`mixed line ends, CR LF LF (${ends})`, `HTTP/1.1 200 OK${n}Content-Length: 4\r\n\nTest`),
  ];
});
