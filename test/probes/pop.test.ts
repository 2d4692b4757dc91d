import { describe, expect, it } from 'vitest';
import type { PopTarget } from '../../src/model/checks/dialogues.ts';
import { probePop } from '../../src/probes/pop.ts';
import { address, dialogueServer, inTime, type Script, standsMisbehaviour } from './dialogues.ts';
import { certFile } from './scripted-server.ts';

type Changes = Partial<Omit<PopTarget, 'kind'>>;
const probe = (port: number, signal: AbortSignal, changes: Changes = {}) =>
  probePop({ kind: 'pop', address, port, login: '', passwd: '', ...changes }, signal);

async function check(script: Script, changes: Changes = {}) {
  const server = await dialogueServer(script);
  const result = await inTime((signal) => probe(server.port, signal, changes), server);
  return { result, heard: server.heard() };
}

const greeting = '+OK POP3 ready';
const answers = { USER: '+OK', PASS: '+OK', STAT: '+OK 2 320', QUIT: '+OK bye' };
const login = { login: 'check', passwd: 'secret words' };

describe('a POP server is up when', () => {
  it('it greets, where no login is asked; it is left with QUIT', async () => {
    const { result, heard } = await check({ greeting, answers });
    expect(result).toEqual({ outcome: 'success', detail: greeting });
    expect(heard).toEqual(['QUIT']);
  });
  it('it takes the login and opens the mailbox', async () => {
    const { result, heard } = await check({ greeting, answers }, login);
    expect(result).toEqual({ outcome: 'success', detail: 'logged in' });
    expect(heard).toEqual(['USER check', 'PASS secret words', 'STAT', 'QUIT']);
  });
});

describe('a POP server whose mailbox cannot be had now works all the same', () => {
  it.each([
    ['PASS', '-ERR [IN-USE] mailbox in use'],
    ['PASS', '-ERR [LOGIN-DELAY] not so often'],
    ['PASS', '-ERR [in-use]'],
    ['STAT', '-ERR [IN-USE]'],
  ])('%s: %s', async (command, answer) => {
    const { result } = await check({ greeting, answers: { ...answers, [command]: answer } }, login);
    expect(result).toEqual({ outcome: 'success', detail: answer });
  });
});

describe('a POP server is down when', () => {
  it.each([
    [{ greeting: '-ERR overloaded' }, {}, 'the connection is answered with -ERR overloaded'],
    [{ greeting: '+OKAY' }, {}, 'the connection is answered with +OKAY'],
    [{ greeting, answers: { USER: '-ERR who?' } }, login, 'USER is answered with -ERR who?'],
    [
      { greeting, answers: { ...answers, PASS: '-ERR [AUTH] no' } },
      login,
      'PASS is answered with -ERR [AUTH] no',
    ],
    [{ greeting, answers: { ...answers, STAT: '-ERR lost' } }, login, 'STAT is answered with -ERR lost'],
    [{ greeting, answers: { USER: '+OK' } }, login, 'no answer in time to PASS'],
  ] as const)('%j', async (script, changes, detail) => {
    expect((await check(script, changes)).result).toEqual({ outcome: 'failure', detail });
  });
});

describe('a POP server is down, and its connection gone, when it', () => standsMisbehaviour(probe));

describe('pops', () => {
  const secure = { greeting, answers, secure: true };
  it('does not look at the certificate unless told', async () => {
    expect((await check(secure, { tls: { verify: false }, ...login })).result).toMatchObject({
      outcome: 'success',
    });
  });
  it('with verify, the certificate must be trusted and name the host', async () => {
    const tls = { verify: true, caFile: certFile };
    expect((await check(secure, { tls: { verify: true } })).result).toMatchObject({
      detail: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
    });
    expect((await check(secure, { tls: { ...tls, host: 'pop.example.org' } })).result).toMatchObject({
      detail: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
    expect((await check(secure, { tls: { ...tls, host: 'www.example.com' } })).result).toMatchObject({
      outcome: 'success',
    });
  });
  it('a server that speaks no TLS is down', async () => {
    const { result } = await check({ greeting }, { tls: { verify: false } });
    expect(result).toMatchObject({ outcome: 'failure', detail: expect.stringContaining('shake hands') });
  });
});
