import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { SimpleTcpTarget } from '../../src/model/checks/dialogues.ts';
import { decodeText } from '../../src/net/raw-bytes.ts';
import { probeSimpleTcp } from '../../src/probes/simpletcp.ts';
import { deadline } from './deadline.ts';
import { address, deadlineMs, endless, inTime, standsMisbehaviour } from './dialogues.ts';
import { tcpServer } from './scripted-server.ts';

type Changes = Partial<Omit<SimpleTcpTarget, 'kind'>>;
const probe = (port: number, signal: AbortSignal, changes: Changes = {}) =>
  probeSimpleTcp(
    { kind: 'simpletcp', address, port, request: 'ping\n', receive: '^pong$', ...changes },
    signal,
  );

/** The end of the request is not the end of the connection. */
const halfOpen = (socket: Socket) => socket.removeAllListeners('end');

async function check(act: (socket: Socket) => void, changes: Changes = {}) {
  let heard = '';
  const server = await tcpServer((socket) => {
    socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
    act(socket);
  });
  const result = await inTime((signal) => probe(server.port, signal, changes), server);
  return { result, heard };
}

describe('a simple TCP server is up when', () => {
  it('a line of its answer matches, and it hears where the request ends', async () => {
    const { result, heard } = await check((socket) =>
      socket.prependListener('end', () => socket.end('hello\npong\nbye\n')),
    );
    expect(result).toEqual({ outcome: 'success', detail: 'receive matches' });
    expect(heard).toBe('ping\n');
  });
  it('it says the line before it is asked, and does not close', async () => {
    expect((await check((socket) => socket.write('pong\n'))).result).toMatchObject({ outcome: 'success' });
  });
  it('its bytes are those of the request and match those of receive, where they are no text', async () => {
    const bytes = decodeText(Buffer.from('gr\xfc\xdf', 'latin1'));
    const answer = Buffer.from('sch\xf6n\n', 'latin1');
    const { result, heard } = await check(
      (socket) => socket.prependListener('end', () => socket.end(answer)),
      {
        ...{ request: bytes, receive: decodeText(Buffer.from('^sch\xf6n$', 'latin1')) },
      },
    );
    expect(result).toMatchObject({ outcome: 'success' });
    expect(heard).toBe('gr\xfc\xdf');
  });
  it('the line that matches is the last and has no end', async () => {
    expect((await check((socket) => socket.end('hello\npong'))).result).toMatchObject({ outcome: 'success' });
  });
  it('the line comes in pieces', async () => {
    const { result } = await check((socket) => {
      halfOpen(socket);
      socket.write('po');
      setTimeout(() => socket.end('ng\n'), 20);
    });
    expect(result).toMatchObject({ outcome: 'success' });
  });
  it('any line comes, where there is no pattern', async () => {
    const target = { kind: 'simpletcp', address, request: '' } as const;
    const server = await tcpServer((socket) => socket.write('whatever\n'));
    const result = await inTime((signal) => probeSimpleTcp({ ...target, port: server.port }, signal), server);
    expect(result).toEqual({ outcome: 'success', detail: 'a line came: whatever' });
  });
});

describe('the end of a line', () => {
  it('is part of it, where it has one: as in ldirectord', async () => {
    const says = async (text: string, receive: string) =>
      (await check((socket) => socket.end(text), { receive })).result.outcome;
    expect(await says('pong\n', String.raw`^pong\n\z`)).toBe('success');
    expect(await says('pong\r\n', String.raw`^pong\R\z`)).toBe('success');
    expect(await says('pong', String.raw`^pong\z`)).toBe('success');
    expect(await says('pong\n', String.raw`^pong\z`)).toBe('failure');
    expect(await says('pong', String.raw`^pong\s`)).toBe('failure');
  });
});

describe('a simple TCP server is down when', () => {
  it('no line matches: a pattern is held against each line by itself', async () => {
    const { result } = await check((socket) => socket.end('po\nng\n'), { receive: 'po\\s*ng' });
    expect(result).toEqual({
      outcome: 'failure',
      detail: 'cannot get a line that matches receive: connection closed',
    });
  });
  it('its line ends in CR LF and the pattern ends before: as in ldirectord', async () => {
    expect((await check((socket) => socket.end('pong\r\n'))).result).toMatchObject({ outcome: 'failure' });
    const { result } = await check((socket) => socket.end('pong\r\n'), { receive: '^pong\\r$' });
    expect(result).toMatchObject({ outcome: 'success' });
  });
  it('it says lines without end that do not match', async () => {
    const { result } = await check((socket) => endless(socket, 'hello\n'.repeat(100)));
    expect(result).toMatchObject({ outcome: 'failure', detail: expect.stringContaining('more than') });
  });
  it('the pattern takes for ever', async () => {
    const { result } = await check((socket) => socket.end(`${'a'.repeat(40)}!\n`), { receive: '^(a+)+$' });
    expect(result).toMatchObject({ outcome: 'failure' });
  });
});

it('a server that stays silent when the request is over is down at the deadline', async () => {
  const server = await tcpServer(halfOpen);
  expect(await probe(server.port, deadline(deadlineMs))).toEqual({
    outcome: 'failure',
    detail: 'no answer in time to get a line that matches receive',
  });
});

describe('a simple TCP server is down, and its connection gone, when it', () => standsMisbehaviour(probe));
