// Servers that hold a dialogue as a test writes it down, the ways in which a server can misbehave in one, and the
// check that every probe stands them: it ends in time, with a failure, and lets go of the connection.
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import type { ProbeResult } from '../../src/model/probe-result.ts';
import { ip } from '../../src/net/ip.ts';
import { deadline, promptly } from './deadline.ts';
import { type ScriptedServer, tcpServer, tlsServer } from './scripted-server.ts';

export const address = ip('127.0.0.1');
export const deadlineMs = 300;

export type Script = {
  readonly greeting?: string;
  /** By the beginning of the line that the client sends: what it is answered with. Undefined: nothing. */
  readonly answers?: Readonly<Record<string, string>>;
  readonly secure?: boolean;
};

export type DialogueServer = ScriptedServer & { readonly heard: () => readonly string[] };

/** Lines end in CR LF; an answer may hold several. */
export async function dialogueServer({ greeting, answers = {}, secure }: Script): Promise<DialogueServer> {
  const heard: string[] = [];
  const server = await (secure === true ? tlsServer : tcpServer)((socket) => {
    if (greeting !== undefined) socket.write(`${greeting}\r\n`);
    onLines(socket, (line) => {
      heard.push(line);
      const known = Object.keys(answers).find((each) => line.startsWith(each));
      if (known !== undefined) socket.write(`${answers[known]}\r\n`);
    });
  });
  return { ...server, heard: () => heard };
}

export function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.on('data', (chunk) => {
    const lines = (rest + chunk.toString('utf8')).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

/** Runs a probe against a server, and expects that it ended by its deadline and let go. */
export async function inTime(
  probe: (signal: AbortSignal) => Promise<ProbeResult>,
  server: Pick<ScriptedServer, 'allClosed'>,
): Promise<ProbeResult> {
  const result = await promptly(deadlineMs, probe);
  await server.allClosed();
  return result;
}

/** Writes as long as the connection takes it. */
export function endless(socket: Socket, text: string): void {
  const more = () => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on('drain', more);
  more();
}

const noise = Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 73 + 11) % 256));

/** What a server may do instead of speaking its protocol, after it has said `first`. */
export const misbehaviours: readonly (readonly [name: string, act: (socket: Socket) => void])[] = [
  ['stays silent', () => {}],
  ['closes', (socket) => socket.end()],
  ['resets', (socket) => void socket.resetAndDestroy()],
  ['says garbage', (socket) => socket.write(Buffer.concat([noise, Buffer.from('\r\n')]))],
  ['says garbage that never ends', (socket) => endless(socket, noise.toString('latin1'))],
  ['says a line that never ends', (socket) => endless(socket, 'x'.repeat(1024))],
  ['says empty lines without end', (socket) => endless(socket, '\r\n'.repeat(512))],
  ['says one reply on lines without end', (socket) => endless(socket, '220-more\r\n'.repeat(100))],
  [
    'drips',
    (socket) => {
      const timer = setInterval(() => socket.write('2'), 20);
      socket.on('close', () => clearInterval(timer));
    },
  ],
];

/** Each misbehaviour in place of the greeting is a failure in time. */
export function standsMisbehaviour(
  probe: (port: number, signal: AbortSignal) => Promise<ProbeResult>,
  except: readonly string[] = [],
): void {
  it.each(misbehaviours.filter(([name]) => !except.includes(name)))('%s', async (_, act) => {
    const server = await tcpServer((socket) => act(socket));
    expect(await inTime((signal) => probe(server.port, signal), server)).toMatchObject({
      outcome: 'failure',
    });
  });
  it('refuses', async () => {
    expect(await probe(1, deadline(deadlineMs))).toMatchObject({
      outcome: 'failure',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
}
