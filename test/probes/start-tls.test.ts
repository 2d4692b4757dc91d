// TLS that is asked for within a protocol: what is said before and after it, a server that refuses, and one in whose name
// somebody says more in clear. Real servers: test/lab/health/.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { checkPlanOf } from '../../src/health/checks/plan.ts';
import { type Service, services, tlsOf } from '../../src/model/checks/services.ts';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { aReal, aVirtual } from '../make/a-virtual.ts';
import { deadline } from './deadline.ts';
import { address, onLines } from './dialogues.ts';
import { certFile, keyFile, tcpServer } from './scripted-server.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
const secureContext = createSecureContext({ cert: readFileSync(certFile), key: readFileSync(keyFile) });

type Script = {
  readonly greeting: string;
  /** What asks for TLS, and what agrees and refuses. */
  readonly ask: string;
  readonly agrees: string;
  readonly refuses: string;
  readonly answers: Readonly<Record<string, string>>;
  /** In clear, and then under TLS. */
  readonly says: readonly [readonly string[], readonly string[]];
};

const smtp: Script = {
  greeting: '220 mail.example.com',
  ...{ ask: 'STARTTLS', agrees: '220 go on', refuses: '454 not now' },
  answers: { EHLO: '250-mail\r\n250 STARTTLS', QUIT: '221 bye' },
  says: [
    ['EHLO localhost.localdomain', 'STARTTLS'],
    ['EHLO localhost.localdomain', 'QUIT'],
  ],
};
const scripts = {
  smtp,
  submission: smtp,
  pop: {
    greeting: '+OK ready',
    ...{ ask: 'STLS', agrees: '+OK begin', refuses: '-ERR no' },
    answers: { USER: '+OK', PASS: '+OK', STAT: '+OK 0 0', QUIT: '+OK' },
    says: [['STLS'], ['USER check', 'PASS geheim', 'STAT', 'QUIT']],
  },
  imap: {
    greeting: '* OK ready',
    ...{ ask: 'a0 STARTTLS', agrees: '* CAPABILITY IMAP4rev1\r\na0 OK begin', refuses: 'a0 BAD no' },
    answers: { 'a1 LOGIN': 'a1 OK', 'a2 LOGOUT': '* BYE' },
    says: [['a0 STARTTLS'], ['a1 LOGIN "check" "geheim"', 'a2 LOGOUT']],
  },
  ftp: {
    greeting: '220 ready',
    ...{ ask: 'AUTH TLS', agrees: '234 begin', refuses: '502 no' },
    answers: { USER: '331', PASS: '230', TYPE: '200', PWD: '257 "/"', QUIT: '221' },
    says: [['AUTH TLS'], ['USER check', 'PASS geheim', 'TYPE I', 'PWD', 'QUIT']],
  },
  nntp: {
    greeting: '200 ready',
    ...{ ask: 'STARTTLS', agrees: '382 begin', refuses: '580 no' },
    answers: { QUIT: '205 bye' },
    says: [['STARTTLS'], ['QUIT']],
  },
} as const satisfies Partial<Record<Service, Script>>;
type Line = keyof typeof scripts;

type Act = 'agrees' | 'refuses' | 'says more';

async function serve({ greeting, ask, answers, ...script }: Script, act: Act) {
  const heard: [string[], string[]] = [[], []];
  const server = await tcpServer((socket) => {
    socket.write(`${greeting}\r\n`);
    const hear = (stream: Socket, lines: string[]) =>
      onLines(stream, (line) => {
        lines.push(line);
        if (line.startsWith(ask)) return begin(stream);
        const known = Object.keys(answers).find((each) => line.startsWith(each));
        if (known !== undefined) stream.write(`${answers[known]}\r\n`);
      });
    const begin = (stream: Socket) => {
      if (act === 'refuses') return stream.write(`${script.refuses}\r\n`);
      stream.write(`${script.agrees}\r\n${act === 'says more' ? '250 trust me\r\n' : ''}`);
      stream.removeAllListeners('data');
      const secure = new TLSSocket(stream, { isServer: true, secureContext });
      secure.on('error', () => {});
      for (const event of ['end', 'close']) secure.on(event, () => stream.destroy());
      return hear(secure, heard[1]);
    };
    hear(socket, heard[0]);
  });
  return { server, heard };
}

const account = { login: 'check', passwd: 'geheim' };

function check(service: Service, port: number, options: Partial<VirtualConfig> = {}) {
  const virtual = aVirtual({ service, ...account, tls: { starttls: true }, ...options });
  return probe(checkPlanOf(virtual, aReal({ address, port })).main.target, deadline(1000));
}

describe.each(Object.keys(scripts) as readonly Line[])('%s', (service) => {
  const script: Script = scripts[service];
  it('asks for TLS, and says the rest under it', async () => {
    const { server, heard } = await serve(script, 'agrees');
    expect(await check(service, server.port)).toMatchObject({ outcome: 'success' });
    expect(heard).toEqual(script.says);
    await server.allClosed();
  });
  it('says no password to a server that refuses', async () => {
    const { server, heard } = await serve(script, 'refuses');
    const { outcome, detail } = await check(service, server.port);
    expect({ outcome, detail }).toEqual({
      outcome: 'failure',
      detail: `${script.ask.replace('a0 ', '')} is answered with ${script.refuses}`,
    });
    expect(heard[0].join()).not.toContain('geheim');
    await server.allClosed();
  });
  it('believes nothing that comes in clear behind the word of the server', async () => {
    const { server, heard } = await serve(script, 'says more');
    expect(await check(service, server.port)).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('the server says more in clear after it has agreed to TLS'),
    });
    expect(heard[1]).toEqual([]);
    await server.allClosed();
  });
  it('holds the certificate to the same rules as from the start', async () => {
    const { server } = await serve(script, 'agrees');
    const trusted = { verify: true, caFile: certFile, virtualhost: 'www.example.com' };
    expect(await check(service, server.port, trusted)).toMatchObject({ outcome: 'success' });
    expect(await check(service, server.port, { ...trusted, virtualhost: 'www.example.org' })).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    expect(await check(service, server.port, { verify: true })).toMatchObject({ outcome: 'failure' });
  });
});

it('an IMAP server at which one is logged in already takes no STARTTLS', async () => {
  const { server, heard } = await serve({ ...scripts.imap, greeting: '* PREAUTH hello' }, 'agrees');
  expect((await check('imap', server.port)).detail).toMatch(/PREAUTH hello: too late for STARTTLS$/);
  expect(heard[0].join()).not.toContain('LOGIN');
});

describe.each([
  ['pgsql', 'S', 'N', 'TLS is not offered'],
  [
    'ldap',
    Buffer.from('300c02010178070a010004000400', 'hex'),
    Buffer.from('300c02010178070a013404000400', 'hex'),
    'StartTLS is answered with result 52',
  ],
] as const)('%s', (service, agrees, refuses, reason) => {
  const answering = (answer: Buffer) =>
    tcpServer((socket) => socket.once('data', () => socket.write(answer)));
  it('says no password to a server that refuses', async () => {
    const server = await answering(Buffer.from(refuses));
    expect(await check(service, server.port)).toEqual({ outcome: 'failure', detail: reason });
    await server.allClosed();
  });
  it('believes nothing that comes in clear behind the word of the server', async () => {
    const server = await answering(Buffer.concat([Buffer.from(agrees), Buffer.from('R')]));
    expect(await check(service, server.port)).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('what is no answer'),
    });
    await server.allClosed();
  });
  it('shakes hands with one that agrees', async () => {
    const server = await answering(Buffer.from(agrees));
    expect(await check(service, server.port)).toEqual({
      outcome: 'failure',
      detail: 'no answer in time to shake hands (TLS)',
    });
  });
});

it('every service that asks for TLS is tried, here or in the lab', () => {
  const tried = [...Object.keys(scripts), 'pgsql', 'ldap', 'mysql'];
  expect(services.filter((word) => tlsOf(word) === 'asked').toSorted()).toEqual(tried.toSorted());
});
