import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FtpTarget } from '../../src/model/checks/dialogues.ts';
import { fileBytesMax, probeFtp } from '../../src/probes/ftp.ts';
import {
  address,
  type DialogueServer,
  dialogueServer,
  endless,
  inTime,
  misbehaviours,
  standsMisbehaviour,
} from './dialogues.ts';

type Changes = Partial<Omit<FtpTarget, 'kind'>>;
const probe = (port: number, signal: AbortSignal, changes: Changes = {}) =>
  probeFtp(
    { kind: 'ftp', address, port, login: 'check', passwd: 'secret', path: '/test.txt', ...changes },
    signal,
  );

/** Where data connections are taken, each served by `serve`. */
async function dataPort(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const passive = (port: number, host = '127,0,0,1') =>
  `227 Entering Passive Mode (${host},${Math.floor(port / 256)},${port % 256}).`;

const greeting = '220 ftp.example.com';
const session = (data: number) => ({
  USER: '331 password?',
  PASS: '230 welcome',
  TYPE: '200 binary',
  PASV: passive(data),
  RETR: '150 here it comes\r\n226 done',
  QUIT: '221 bye',
});

async function serverOf(
  content: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<DialogueServer> {
  const data = await dataPort((socket) => socket.end(content));
  return dialogueServer({ greeting, answers: { ...session(data), ...changes } });
}

const check = (server: DialogueServer, changes: Changes = {}) =>
  inTime((signal) => probe(server.port, signal, changes), server);

describe('an FTP server is up when', () => {
  it('no file is asked for, and it says where the check is logged in', async () => {
    const where = '257 "/" is the current directory';
    const server = await serverOf('', { PWD: where });
    expect(await check(server, { path: '/' })).toEqual({ outcome: 'success', detail: where });
    expect(server.heard()).toEqual(['USER check', 'PASS secret', 'TYPE I', 'PWD', 'QUIT']);
  });
  it('it lets the check log in and gives out the file', async () => {
    const server = await serverOf('Test Page');
    expect(await check(server)).toEqual({ outcome: 'success', detail: 'got the file (9 bytes)' });
    expect(server.heard()).toEqual([
      ...['USER check', 'PASS secret', 'TYPE I', 'PASV', 'RETR /test.txt', 'QUIT'],
    ]);
  });
  it('the file matches', async () => {
    expect(await check(await serverOf('Test Page'), { receive: '^T.st' })).toMatchObject({
      outcome: 'success',
    });
  });
  it('it wants no password', async () => {
    const server = await serverOf('x', { USER: '230 welcome' });
    expect(await check(server)).toMatchObject({ outcome: 'success' });
    expect(server.heard()).not.toContain('PASS secret');
  });
  it('it is not ready at once', async () => {
    const data = await dataPort((socket) => socket.end('x'));
    const server = await dialogueServer({ greeting: `120 soon\r\n${greeting}`, answers: session(data) });
    expect(await check(server)).toMatchObject({ outcome: 'success' });
  });
  it('it names another host for the data, which is not asked', async () => {
    const data = await dataPort((socket) => socket.end('x'));
    const server = await serverOf('', { PASV: passive(data, '10,9,9,9') });
    expect(await check(server)).toMatchObject({ outcome: 'success' });
  });
  it('the file never ends, but its beginning matches', async () => {
    const data = await dataPort((socket) => endless(socket, 'Test Page '.repeat(1000)));
    const answers = { ...session(data), RETR: '150 here it comes' };
    const server = await dialogueServer({ greeting, answers });
    expect(await check(server, { receive: 'Page Test' })).toMatchObject({ outcome: 'success' });
    expect(await check(server, { receive: 'no such thing' })).toEqual({
      outcome: 'failure',
      detail: `receive does not match the file (${fileBytesMax} bytes)`,
    });
  });
  it('nobody is named, and anonymous may log in', async () => {
    const server = await serverOf('x');
    expect(await check(server, { login: '', passwd: '' })).toMatchObject({ outcome: 'success' });
    expect(server.heard()[0]).toBe('USER anonymous');
  });
});

describe('an FTP server is down when', () => {
  it.each([
    [{ USER: '530 go away' }, 'USER is answered with 530 go away'],
    [{ PASS: '530 wrong' }, 'PASS is answered with 530 wrong'],
    [{ TYPE: '504 no' }, 'TYPE is answered with 504 no'],
    [{ PASV: '500 no' }, 'PASV is answered with 500 no'],
    [{ PASV: '227 here' }, 'PASV is answered with 227 here'],
    [{ PASV: '227 (127,0,0,1,999,999)' }, 'PASV is answered with 227 (127,0,0,1,999,999)'],
    [{ PASV: passive(1) }, 'cannot connect to port 1 for data: connect ECONNREFUSED 127.0.0.1:1'],
    [{ RETR: '550 no such file' }, 'RETR is answered with 550 no such file'],
    [{ RETR: '150 here it comes\r\n426 broken' }, 'RETR is answered with 426 broken'],
    [{ RETR: '150 here it comes' }, 'no answer in time to read /test.txt'],
  ])('%j', async (answers, detail) => {
    expect(await check(await serverOf('Test Page', answers))).toEqual({ outcome: 'failure', detail });
  });
  it('the file does not match', async () => {
    expect(await check(await serverOf('Test Page'), { receive: 'Other' })).toEqual({
      outcome: 'failure',
      detail: 'receive does not match the file (9 bytes)',
    });
  });
  it.each(misbehaviours.filter(([name]) => ['stays silent', 'resets', 'drips'].includes(name)))(
    'its data connection %s',
    async (_, act) => {
      const data = await dataPort(act);
      expect(await check(await serverOf('', { PASV: passive(data) }))).toMatchObject({ outcome: 'failure' });
    },
  );
});

describe('an FTP server is down, and its connection gone, when it', () => standsMisbehaviour(probe));
