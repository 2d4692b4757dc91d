// Servers that answer every kind of check with text made to do harm where it is quoted: line ends, escapes, C1, marks of
// direction, and the secrets of the check in whatever spelling. Each is a service of a config, so that a test may ask
// the probes or run the daemon.
import type { Socket } from 'node:net';
import { datagramServer } from './datagram-server.ts';
import { onLines } from './dialogues.ts';
import { http2Server } from './http/http2-server.ts';
import { httpServer, response, tcpServer } from './scripted-server.ts';

export const user = 'checker';
/** With what percent-encoding, quoting and regular expressions trip over. */
export const marker = 'Mk7RhQ2z+%"x';

const base64 = (text: string) => Buffer.from(text).toString('base64');
/** As servers send it back. */
const spellings = [
  ...[marker, marker.toUpperCase(), marker.toLowerCase(), encodeURIComponent(marker), JSON.stringify(marker)],
  ...[base64(marker), base64(`${user}:${marker}`), base64(`\0${user}\0${marker}`), base64(`a${marker}`)],
  ...[
    Buffer.from(marker).toString('hex'),
    [...Buffer.from(marker)].map((byte) => `%${byte.toString(16)}`).join(''),
  ],
  ...[marker.replaceAll('"', '&quot;'), marker.replaceAll('"', '""'), marker.replaceAll('+', '\\+')],
];
/** What no output may hold: a good part of it in any case, or of what encodes it. */
export const showsMarker = /k7rhq2|TWs3UmhRMn|NazdSaFEye|1rN1JoUTJ6|6b3752685132|%6b%37%52/i;

const forged = '2026-11-30T00:00:00.000Z INFO  real.up: forged';
const wild = '\x1b]0;title\x07\x1b[2J\u009b31m\u202e\u2066\u200b\u2028\u2029\u0085\ufeff\u{e0041}\0';
/** On one line of a protocol; several at once, as a reason is cut. */
export const quotes: readonly string[] = [
  `${wild}\r${forged}`,
  ...spellings.map((each) => `${each} ${wild}${each}`),
  `${'long '.repeat(59)}${marker} tail`,
  `${'x'.repeat(295)} ${marker}`,
  'e\u0301'.repeat(50) + '\u0301'.repeat(200),
];

/** Whether its check takes the marker to the server. */
export const knowsMarker = ({ keys }: HostileService): boolean =>
  keys.some((key) => key.includes('Mk7RhQ2z'));

export type HostileService = {
  readonly name: string;
  /** Keys of the service, indented by four. */
  readonly keys: readonly string[];
  readonly protocol?: 'udp';
  /** @returns its port on 127.0.0.1 */
  readonly listen: () => Promise<number>;
};

type Dialogue = { readonly greeting?: string; readonly answers: Readonly<Record<string, string>> };

/** Lines end in CR LF; what is not known is answered with all that is hostile. */
const dialogue =
  ({ greeting, answers }: Dialogue) =>
  async (): Promise<number> => {
    const server = await tcpServer((socket) => {
      if (greeting !== undefined) socket.write(`${greeting}\r\n`);
      onLines(socket, (line) => {
        const known = Object.keys(answers).find((each) => line.startsWith(each));
        if (known !== undefined) socket.write(`${answers[known]?.replace('LINE', line)}\r\n`);
      });
    });
    return server.port;
  };

const credentials = [`login: ${user}`, `passwd: ${JSON.stringify(marker)}`];

/** A dialogue that goes well up to each step, where it is answered with a quote. */
function dialogues(
  service: string,
  keys: readonly string[],
  steps: readonly (readonly [command: string, good: string, bad: string])[],
): readonly HostileService[] {
  return steps.flatMap(([command, , bad], index) =>
    [...quotes, 'LINE'].map((quote, which) => {
      const answers = Object.fromEntries(steps.slice(1, index).map(([each, good]) => [each, good] as const));
      const said = `${bad} ${quote}`;
      const greeting = index === 0 ? said : (steps[0]?.[1] ?? '');
      return {
        name: `${service} ${command} ${which}`,
        keys: [`service: ${service}`, ...keys],
        listen: dialogue({ greeting, answers: index === 0 ? {} : { ...answers, [command]: said } }),
      };
    }),
  );
}

const onData = (answers: readonly ((heard: Buffer) => Buffer)[]) => async (): Promise<number> => {
  const server = await tcpServer((socket: Socket) => {
    let turn = 0;
    socket.on('data', (heard: Buffer) => {
      const answer = answers[turn++];
      if (answer !== undefined) socket.write(answer(heard));
    });
  });
  return server.port;
};

/** PostgreSQL 53.8 ErrorResponse. */
const pgError = (text: string): Buffer => {
  const fields = ['SFATAL', 'C28P01', `M${text.replaceAll('\0', '')}`].map((each) => `${each}\0`).join('');
  const body = Buffer.from(`${fields}\0`);
  const head = Buffer.alloc(5, 'E');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};

/** MySQL's ERR_Packet before any greeting. */
const mysqlError = (text: string): Buffer => {
  const body = Buffer.concat([Buffer.from([0xff, 0x15, 0x04]), Buffer.from(`#28000${text}`)]);
  return Buffer.concat([Buffer.from([body.length & 0xff, body.length >> 8, 0, 0]), body]);
};

const ber = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, 0x82, body.length >> 8, body.length & 0xff]), body]);
};
/** RFC 4511 §4.1.9: a refused bind with a diagnostic message. */
const ldapRefusal = (text: string): Buffer =>
  ber(
    0x30,
    Buffer.from([2, 1, 2]),
    ber(0x61, Buffer.from([0x0a, 1, 53]), ber(4, Buffer.alloc(0)), ber(4, Buffer.from(text))),
  );

const latin1 = (text: string): string =>
  Buffer.from(text.replaceAll(/[\0\r\n]/g, ''), 'utf8').toString('latin1');
/** llhttp takes no controls in a header. */
const inHeader = (text: string): string => latin1([...text].filter((each) => each >= ' ').join(''));

const httpKeys = [
  'service: http',
  ...credentials,
  `headers: [${JSON.stringify(`X-Api-Key: ${marker}`)}, ${JSON.stringify(`Cookie: sid=${marker}`)}]`,
];

export const hostileServices: readonly HostileService[] = [
  ...dialogues(
    'ftp',
    [...credentials, 'request: /x'],
    [
      ['', '220 hello', '421'],
      ['USER', '331 go on', '530'],
      ['PASS', '230 in', '530'],
      ['TYPE', '200 binary', '504'],
      ['PASV', '', '227 no address'],
    ],
  ),
  ...dialogues('pop', credentials, [
    ['', '+OK hello', '-ERR'],
    ['USER', '+OK', '-ERR'],
    ['PASS', '+OK', '-ERR'],
    ['STAT', '', '-ERR'],
  ]),
  ...dialogues('imap', credentials, [
    ['', '* OK hello', '* BYE'],
    ['a1', '', 'a1 NO'],
  ]),
  ...dialogues(
    'smtp',
    [`helo_name: ${user}`],
    [
      ['', '220 hello', '554'],
      ['EHLO', '550 no', '421'],
      ['HELO', '', '550'],
    ],
  ),
  ...dialogues('nntp', [], [['', '', '502']]),
  ...dialogues('agent', [], [['', '', 'who knows']]),
  ...dialogues('simpletcp', ['request: /hello\\n'], [['hello', '', 'a line']]),
  ...quotes.flatMap((quote, index): readonly HostileService[] => [
    {
      name: `http Location ${index}`,
      keys: httpKeys,
      listen: async () =>
        (
          await httpServer(() =>
            Buffer.from(
              response('302 Found', '', [`Location: http://elsewhere/${inHeader(quote)}`]),
              'latin1',
            ),
          )
        ).port,
    },
    {
      name: `http json ${index}`,
      keys: [...httpKeys, `json: '$.status == "ok"'`],
      listen: async () =>
        (await httpServer(() => response('200 OK', JSON.stringify({ status: quote })))).port,
    },
    {
      name: `http weight ${index}`,
      keys: [...httpKeys, 'weight_header: x-weight'],
      listen: async () =>
        (
          await httpServer(() =>
            Buffer.from(response('200 OK', '', [`X-Weight: ${inHeader(quote)}`]), 'latin1'),
          )
        ).port,
    },
    {
      name: `http nonsense ${index}`,
      keys: httpKeys,
      listen: async () => (await httpServer(() => Buffer.from(`HTTP/1.1 ${quote}\r\n\r\n`))).port,
    },
    {
      name: `http_proxy ${index}`,
      keys: ['service: http_proxy', `request: "http://${user}:${encodeURIComponent(marker)}@example.com/"`],
      listen: async () =>
        (await httpServer(() => Buffer.from(`HTTP/1.1 403 ${inHeader(quote)}\r\n\r\n`, 'latin1'))).port,
    },
    {
      name: `grpc ${index}`,
      keys: ['service: grpc', 'request: x'],
      listen: () =>
        http2Server((stream) =>
          stream.respond({ ':status': 200, 'grpc-status': inHeader(quote) || '3' }, { endStream: true }),
        ),
    },
    {
      name: `pgsql ${index}`,
      keys: [
        'service: pgsql',
        ...credentials,
        `request: "SELECT 1 WHERE password='${encodeURIComponent(marker)}'"`,
      ],
      listen: onData([() => pgError(quote)]),
    },
    {
      name: `mysql ${index}`,
      keys: ['service: mysql', ...credentials, 'request: SELECT 1'],
      listen: async () => (await tcpServer((socket) => void socket.write(mysqlError(quote)))).port,
    },
    {
      name: `ldap ${index}`,
      keys: ['service: ldap', ...credentials, 'request: dc=x'],
      listen: onData([() => ldapRefusal(quote)]),
    },
    {
      name: `sip ${index}`,
      keys: ['service: sip', `login: ${user}@example.com`],
      protocol: 'udp',
      listen: async () => (await datagramServer(() => `SIP/2.0 500 ${quote}\r\n\r\n`)).port,
    },
  ]),
  {
    name: 'radius',
    keys: ['service: radius', ...credentials, `secret: ${JSON.stringify(marker)}`],
    protocol: 'udp',
    listen: async () => (await datagramServer(() => `${marker}${wild}`)).port,
  },
  {
    name: 'dns',
    keys: ['service: dns', 'request: example.com', 'receive: x'],
    protocol: 'udp',
    listen: async () => (await datagramServer(() => `${marker}${wild}`)).port,
  },
];

/** One service for each, on addresses of their own; the servers listen already. */
export async function hostileConfig(services: readonly HostileService[], head = ''): Promise<string> {
  const entries: string[] = [];
  for (const [index, { keys, protocol, listen }] of services.entries()) {
    const port = await listen();
    const lines = [
      `address: 10.9.${Math.floor(index / 250)}.${(index % 250) + 1}:80`,
      ...(protocol === undefined ? [] : [`protocol: ${protocol}`]),
      ...keys,
      `checkport: ${port}`,
      'real: [127.0.0.1:80 masq]',
    ];
    entries.push(`  - ${lines.join('\n    ')}\n`);
  }
  return `${head}virtual:\n${entries.join('')}`;
}
