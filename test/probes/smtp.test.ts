import { describe, expect, it } from 'vitest';
import { probeSmtp } from '../../src/probes/smtp.ts';
import { deadline } from './deadline.ts';
import { address, dialogueServer, inTime, type Script, standsMisbehaviour } from './dialogues.ts';
import { tcpServer } from './scripted-server.ts';

const probe = (port: number, signal: AbortSignal) =>
  probeSmtp({ kind: 'smtp', address, port, heloName: 'localhost.localdomain' }, signal);

async function check(script: Script) {
  const server = await dialogueServer(script);
  const result = await inTime((signal) => probe(server.port, signal), server);
  return { result, heard: server.heard() };
}

const greeting = '220 mail.example.com ESMTP';
const answers = {
  EHLO: '250-mail.example.com\r\n250-SIZE 1000\r\n250 HELP',
  HELO: '250 hello',
  QUIT: '221 bye',
};

describe('an SMTP server is up when', () => {
  it('it greets with 2xx and takes EHLO with 2xx; it is left with QUIT', async () => {
    const { result, heard } = await check({ greeting, answers });
    expect(result).toEqual({ outcome: 'success', detail: greeting });
    expect(heard).toEqual(['EHLO localhost.localdomain', 'QUIT']);
  });
  it('it refuses EHLO for good and takes HELO', async () => {
    const { result, heard } = await check({ greeting, answers: { ...answers, EHLO: '502 what?' } });
    expect(result).toMatchObject({ outcome: 'success' });
    expect(heard).toEqual(['EHLO localhost.localdomain', 'HELO localhost.localdomain', 'QUIT']);
  });
  it('its greeting has several lines', async () => {
    const { result } = await check({ greeting: '220-welcome\r\n220-250 is no end\r\n220 go on', answers });
    expect(result).toMatchObject({ outcome: 'success', detail: '220-welcome' });
  });
  it('it never answers QUIT: the verdict is known by then', async () => {
    const { result } = await check({ greeting, answers: { EHLO: '250 hello' } });
    expect(result).toMatchObject({ outcome: 'success' });
  });
  it('it says more than anyone would read after EHLO is answered', async () => {
    const server = await tcpServer((socket) => {
      socket.write(`${greeting}\r\n250 hello\r\n`);
      socket.write('x'.repeat(300_000));
    });
    expect(await inTime((signal) => probe(server.port, signal), server)).toMatchObject({
      outcome: 'success',
    });
  });
});

describe('an SMTP server is down when', () => {
  it.each([
    [{ greeting: '554 no service' }, 'the connection is answered with 554 no service'],
    [{ greeting: '421 later' }, 'the connection is answered with 421 later'],
    [{ greeting: 'HTTP/1.1 200 OK' }, 'the connection is answered with what is no reply: HTTP/1.1 200 OK'],
    [{ greeting, answers: { EHLO: '450 busy' } }, 'EHLO is answered with 450 busy'],
    [{ greeting, answers: { EHLO: '354 go on' } }, 'EHLO is answered with 354 go on'],
    [{ greeting, answers: { EHLO: '500 what', HELO: '550 no' } }, 'HELO is answered with 550 no'],
    [{ greeting, answers: {} }, 'no answer in time to EHLO'],
    [{}, 'no answer in time to be greeted'],
  ] as const)('%j', async (script, detail) => {
    expect((await check(script)).result).toEqual({ outcome: 'failure', detail });
  });
  it('one line of it is too long, before all of it is', async () => {
    const { result } = await check({ greeting: `220 ${'x'.repeat(8 * 1024)}`, answers });
    expect(result).toMatchObject({ detail: expect.stringContaining('a line of more than 8192 bytes') });
  });
  it('its reply begins on several lines and never ends', async () => {
    const { result } = await check({ greeting: '220-welcome', answers });
    expect(result).toEqual({ outcome: 'failure', detail: 'no answer in time to be greeted' });
  });
});

describe('an SMTP server is down, and its connection gone, when it', () => standsMisbehaviour(probe));

it('a text that would be two commands is not sent', async () => {
  const server = await dialogueServer({ greeting, answers });
  const target = { kind: 'smtp', address, port: server.port, heloName: 'a\r\nMAIL FROM:<x>' } as const;
  const result = await inTime((signal) => probeSmtp(target, signal), server);
  expect(result).toMatchObject({ outcome: 'unmade' });
  expect(server.heard()).toEqual([]);
});

it('without a port nothing is asked, and the result says what to set', async () => {
  expect(await probe(0, deadline(100))).toMatchObject({
    outcome: 'failure',
    detail: expect.stringContaining('set checkport'),
  });
});
