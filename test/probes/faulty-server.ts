// What any TCP server may do wrong, whatever it should speak: a check of it must fail by its deadline, let go of
// its connections, and throw nothing outside of itself (vitest fails on an error that nobody caught).
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../src/model/probe-result.ts';
import { deadline, promptly } from './deadline.ts';
import { type ScriptedServer, tcpServer } from './scripted-server.ts';

export const deadlineMs = 300;

/** Runs a check with the deadline, and sees that it kept it and closed its connections. */
export async function checkOf(
  server: Pick<ScriptedServer, 'allClosed'>,
  probe: (signal: AbortSignal) => Promise<ProbeResult>,
  limitMs = deadlineMs,
): Promise<ProbeResult> {
  const result = await promptly(limitMs, probe);
  await server.allClosed();
  return result;
}

/** Bytes of a seeded generator (xorshift32): the same in every run. */
export function noise(seed: number, length: number): Buffer {
  let state = seed;
  return Buffer.from(
    Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 0xff;
    }),
  );
}

/** Sends `chunk` again and again, as fast as the client takes it. */
export function sendForEver(socket: Socket, chunk: Buffer): void {
  const fill = () => {
    while (!socket.destroyed && socket.write(chunk));
  };
  socket.on('drain', fill);
  fill();
}

const scripts: readonly (readonly [name: string, script: (socket: Socket) => void])[] = [
  ['closes at once', (socket) => socket.end()],
  ['resets the connection', (socket) => socket.resetAndDestroy()],
  ['resets it when it is spoken to', (socket) => socket.on('data', () => socket.resetAndDestroy())],
  ['says something else', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
  ['says zeros for ever', (socket) => sendForEver(socket, Buffer.alloc(16_384))],
  ['says ones for ever', (socket) => sendForEver(socket, Buffer.alloc(16_384, 0xff))],
  ['says text for ever', (socket) => sendForEver(socket, Buffer.alloc(16_384, 'A'))],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map(
    (seed) =>
      [
        `says noise (${seed})`,
        (socket: Socket) => {
          socket.write(noise(seed, 64));
          socket.on('data', () => socket.write(noise(seed + 100, 1000)));
        },
      ] as const,
  ),
];

/** @param probe checks the server on that port of 127.0.0.1 */
export function describeFaults(
  what: string,
  probe: (port: number, signal: AbortSignal) => Promise<ProbeResult>,
): void {
  describe(`${what} is down when it`, () => {
    it.each(scripts)('%s', async (_, script) => {
      const server = await tcpServer(script);
      const result = await checkOf(server, (signal) => probe(server.port, signal));
      expect(result.outcome).toBe('failure');
    });
    it('refuses', async () => {
      expect(await probe(1, deadline(deadlineMs))).toMatchObject({
        outcome: 'failure',
        detail: expect.stringContaining('cannot connect: '),
      });
    });
    it('accepts and stays silent', async () => {
      const server = await tcpServer(() => {});
      expect(await checkOf(server, (signal) => probe(server.port, signal))).toMatchObject({
        outcome: 'failure',
        detail: expect.stringContaining('no answer in time to '),
      });
    });
  });
}

/** A server that is up with these answers is asked once for each of their bytes, which is then a wrong one. */
export function describeMutations(
  what: string,
  answers: readonly Buffer[],
  probe: (port: number, signal: AbortSignal) => Promise<ProbeResult>,
): void {
  it(`${what} survives every byte of an answer turned over`, async () => {
    const sound = await tcpServer((socket) => inTurns(socket, answers));
    expect(await checkOf(sound, (signal) => probe(sound.port, signal))).toMatchObject({ outcome: 'success' });
    for (const [turn, answer] of answers.entries()) {
      for (let at = 0; at < answer.length; at++) {
        const mutated = answers.map((each, index) => (index === turn ? turned(each, at) : each));
        const server = await tcpServer((socket) => inTurns(socket, mutated));
        const result = await checkOf(server, (signal) => probe(server.port, signal), 60);
        expect(['success', 'failure']).toContain(result.outcome);
      }
    }
  }, 60_000);
}

function turned(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}

/** Says the first thing at once where it is not empty, then one thing for each that it hears. */
export function inTurns(socket: Socket, answers: readonly Buffer[]): void {
  const [greeting, ...rest] = answers;
  if (greeting !== undefined && greeting.length > 0) socket.write(greeting);
  const queue = [...rest];
  socket.on('data', () => {
    const next = queue.shift();
    if (next !== undefined) socket.write(next);
  });
}
