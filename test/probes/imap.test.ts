import { describe, expect, it } from 'vitest';
import type { ImapTarget } from '../../src/model/checks/dialogues.ts';
import { probeImap } from '../../src/probes/imap.ts';
import { address, dialogueServer, endless, inTime, type Script, standsMisbehaviour } from './dialogues.ts';
import { tcpServer } from './scripted-server.ts';

type Changes = Partial<Omit<ImapTarget, 'kind'>>;
const probe = (port: number, signal: AbortSignal, changes: Changes = {}) =>
  probeImap({ kind: 'imap', address, port, login: '', passwd: '', ...changes }, signal);

async function check(script: Script, changes: Changes = {}) {
  const server = await dialogueServer(script);
  const result = await inTime((signal) => probe(server.port, signal, changes), server);
  return { result, heard: server.heard() };
}

const greeting = '* OK [CAPABILITY IMAP4rev1] ready';
const answers = {
  'a1 LOGIN': '* CAPABILITY IMAP4rev1 IDLE\r\na1 OK logged in',
  'a2 LOGOUT': '* BYE bye\r\na2 OK',
};
const login = { login: 'check', passwd: 'secret' };

describe('an IMAP server is up when', () => {
  it('it greets, where no login is asked; it is left with LOGOUT, and nothing is expunged', async () => {
    const { result, heard } = await check({ greeting, answers });
    expect(result).toEqual({ outcome: 'success', detail: greeting });
    expect(heard).toEqual(['a2 LOGOUT']);
  });
  it('it takes the login, whatever it says before', async () => {
    const { result, heard } = await check({ greeting, answers }, login);
    expect(result).toEqual({ outcome: 'success', detail: 'logged in' });
    expect(heard).toEqual(['a1 LOGIN "check" "secret"', 'a2 LOGOUT']);
  });
  it('it has let the check in by its address, and no login is tried then', async () => {
    const { result, heard } = await check({ greeting: '* PREAUTH welcome', answers }, login);
    expect(result).toMatchObject({ outcome: 'success' });
    expect(heard).toEqual(['a2 LOGOUT']);
  });
  it('quotes in a password are escaped', async () => {
    const { heard } = await check({ greeting, answers }, { login: 'a b', passwd: 'x"y\\z' });
    expect(heard[0]).toBe('a1 LOGIN "a b" "x\\"y\\\\z"');
  });
});

describe('an IMAP server is down when', () => {
  const loginIs = (answer: string) => ({ greeting, answers: { 'a1 LOGIN': answer } });
  it.each([
    [{ greeting: '* BYE overloaded' }, {}, 'the connection is answered with * BYE overloaded'],
    [{ greeting: '* OKAY' }, {}, 'the connection is answered with * OKAY'],
    [
      loginIs('a1 NO [AUTHENTICATIONFAILED] no'),
      login,
      'LOGIN is answered with a1 NO [AUTHENTICATIONFAILED] no',
    ],
    [loginIs('a1 BAD what'), login, 'LOGIN is answered with a1 BAD what'],
    [loginIs('a2 OK'), login, 'LOGIN is answered with a2 OK'],
    [loginIs('* BYE too many'), login, 'LOGIN is answered with * BYE too many'],
    [loginIs('* still thinking'), login, 'no answer in time to a1 LOGIN'],
  ] as const)('%j', async (script, changes, detail) => {
    expect((await check(script, changes)).result).toEqual({ outcome: 'failure', detail });
  });
});

it('untagged lines without end are not read without end', async () => {
  const server = await tcpServer((socket) => {
    socket.write(`${greeting}\r\n`);
    socket.once('data', () => endless(socket, '* x\r\n'.repeat(100)));
  });
  const target = { kind: 'imap', address, port: server.port, ...login } as const;
  expect(await inTime((signal) => probeImap(target, signal), server)).toMatchObject({
    outcome: 'failure',
    detail: expect.stringContaining('more than 65536 bytes'),
  });
});

describe('an IMAP server is down, and its connection gone, when it', () => standsMisbehaviour(probe));

it('imaps speaks TLS from the start', async () => {
  const { result } = await check({ greeting, answers, secure: true }, { ...login, tls: { verify: false } });
  expect(result).toMatchObject({ outcome: 'success', detail: 'logged in', certificate: { endsSoon: false } });
});
