// Answers that are no UTF-8, by every check with a receive: compared byte by byte or refused in words, so that two answers that
// differ in such bytes alone are never the same.
import { type AddressInfo, createServer } from 'node:net';
import * as packet from 'dns-packet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkPlanOf } from '../../src/health/checks/plan.ts';
import type { CheckKind } from '../../src/model/checks/checks.ts';
import { checkOf, type Service, servicesReading, tlsOf } from '../../src/model/checks/services.ts';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { decodeText } from '../../src/net/raw-bytes.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { aReal, aVirtual } from '../make/a-virtual.ts';
import { deadline } from './deadline.ts';
import { address, dialogueServer } from './dialogues.ts';
import { inTurns } from './faulty-server.ts';
import { tcpServer } from './scripted-server.ts';
import { udpServer } from './udp-server.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });

const page = async (content: Buffer) => {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${content.length}\r\nConnection: close\r\n\r\n`;
  return (
    await tcpServer((socket) =>
      socket.once('data', () => socket.end(Buffer.concat([Buffer.from(head), content]))),
    )
  ).port;
};

async function file(content: Buffer): Promise<number> {
  const data = createServer((socket) => socket.on('error', () => {}).end(content));
  await new Promise<void>((resolve) => data.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void data.close());
  const { port } = data.address() as AddressInfo;
  const PASV = `227 Entering Passive Mode (127,0,0,1,${Math.floor(port / 256)},${port % 256}).`;
  const answers = { USER: '331', PASS: '230', TYPE: '200', PASV, RETR: '150 here\r\n226 done', QUIT: '221' };
  return (await dialogueServer({ greeting: '220 ready', answers })).port;
}

const record = async (answer: packet.Answer | undefined, name?: Buffer): Promise<number> => {
  const server = await udpServer((message) => {
    const { id = 0, questions = [] } = packet.decode(message);
    const answers = answer === undefined ? [] : [answer];
    const bytes = packet.encode({ type: 'response', id, questions: [...questions], answers });
    // Letters stand for the bytes of a name, which the library would write as UTF-8.
    return [name === undefined ? bytes : replaced(bytes, name)];
  });
  return server.port;
};
const replaced = (bytes: Buffer, name: Buffer): Buffer => {
  const at = bytes.indexOf(standIn(name));
  return Buffer.concat([bytes.subarray(0, at), name, bytes.subarray(at + name.length)]);
};
const standIn = (name: Buffer): string => 'x'.repeat(name.length);

/** BER: tag, length, contents. */
const ber = (tag: number, ...contents: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
};
const result = Buffer.from('0a010004000400', 'hex');
const message = (id: number, operation: Buffer) => ber(0x30, ber(0x02, Buffer.from([id])), operation);
const entry = async (dn: Buffer): Promise<number> => {
  const found = Buffer.concat([
    message(3, ber(0x64, ber(0x04, dn), ber(0x30))),
    message(3, ber(0x65, result)),
  ]);
  return (
    await tcpServer((socket) => inTurns(socket, [Buffer.alloc(0), message(2, ber(0x61, result)), found]))
  ).port;
};

type Server = {
  readonly serve: (content: Buffer) => Promise<number>;
  readonly words?: Partial<VirtualConfig>;
  /** What it hears in text alone. */
  readonly isText?: true;
};
const id = { kind: 'address', protocol: 'udp', address, port: 53 } as const;
const login = { login: 'check', passwd: 'secret' };
const servers: Partial<Record<CheckKind, readonly Server[]>> = {
  http: [{ serve: page }],
  'http-proxy': [{ serve: page, words: { request: '/http://www.example.com/' } }],
  ftp: [{ serve: file, words: { ...login, request: '/x' } }],
  simpletcp: [{ serve: async (content) => (await tcpServer((socket) => socket.end(content))).port }],
  dns: [
    {
      serve: (data) =>
        record({ type: 'TXT', name: 'a.b', ttl: 1, data: [data.subarray(0, 2), data.subarray(2)] }),
      words: { request: '/a.b', dns: { type: 'TXT' }, id },
    },
    {
      serve: (data) => record({ type: 'PTR', name: 'a.b', ttl: 1, data: standIn(data) }, data),
      words: { request: '/a.b', dns: { type: 'PTR' }, id },
      isText: true,
    },
  ],
  ldap: [{ serve: entry, words: { request: '/dc=a' }, isText: true }],
};

const asks = (service: Service, port: number, words: Partial<VirtualConfig>) =>
  probe(checkPlanOf(aVirtual({ service, ...words }), aReal({ address, port })).main.target, deadline(2000));

/** As many bytes each, and no two the same. */
const contents = ['caf\xe9s', 'caf\xe8s', 'caf\xff!', 'c\xe9afs', 'ca\xc3(s'].map((text) =>
  Buffer.from(text, 'latin1'),
);
const patternOf = (content: Buffer): string => decodeText(content).replaceAll('(', '\\(');

const inClear = servicesReading('receive').filter((word) => tlsOf(word) !== 'at once') as readonly Service[];

describe.each(inClear)('%s', (service) => {
  it('hears what is no text as bytes, or says that it does not', async () => {
    for (const { serve, words = {}, isText } of servers[checkOf(service)] ?? expect.fail('no server')) {
      for (const content of contents) {
        for (const other of contents) {
          const { outcome, detail } = await asks(service, await serve(content), {
            ...words,
            receive: patternOf(other),
          });
          const isHeard = content === other && isText !== true;
          expect({ outcome, content, other }).toEqual({
            outcome: isHeard ? 'success' : 'failure',
            content,
            other,
          });
          if (isText === true) expect(detail).toContain('not UTF-8');
        }
      }
      const text = Buffer.from('caf\u00e9');
      expect(await asks(service, await serve(text), { ...words, receive: 'caf\u00e9$' })).toMatchObject({
        outcome: 'success',
      });
    }
  });
});
