// The control API, as the socket speaks it: whatever a client says, it is answered or hung up on, and the next one is served.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askControlSocket } from '../../../src/system/sockets/ask-control-socket.ts';
import { listenControlSocket } from '../../../src/system/sockets/control-socket.ts';
import type { Target } from '../target.ts';

const questions = [
  'GET /ping HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /server?action=weight&real=10.0.0.2:80&weight=5 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
  'GET /why?about=%c3%a9 HTTP/1.0\r\n\r\n',
  'POST /reload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
];

/** Says it, ends, and waits until the server has closed. */
const say = (path: string, bytes: Uint8Array) =>
  new Promise<string>((resolve) => {
    let answer = '';
    const socket = connect(path, () => socket.end(bytes));
    socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    socket.on('error', () => {}).on('close', () => resolve(answer));
  });

let path: Promise<string> | undefined;

/** One server for all that is said. */
async function serve(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-control-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'control.sock');
  const echo = (query: URLSearchParams) => ({ status: 200, body: { query: [...query] } });
  const routes = { 'GET /ping': echo, 'POST /server': echo, 'GET /why': echo, 'POST /reload': echo };
  const listening = await listenControlSocket(socket, routes as Parameters<typeof listenControlSocket>[1]);
  if (!listening.ok) throw new Error(listening.error);
  return socket;
}

export const controlTargets: readonly Target[] = [
  {
    name: 'control API',
    covers: [],
    corpus: questions.map((text) => Buffer.from(text)),
    attempt: async (input) => {
      path ??= serve();
      const answer = await say(await path, input);
      if (answer !== '' && !/^HTTP\/1\.1 \d{3} /.test(answer))
        throw new Error(`it answered ${answer.slice(0, 80)}`);
      const next = await askControlSocket(await path, 'GET', '/ping');
      if (!next.ok) throw new Error(`the next one is not served: ${next.error}`);
    },
  },
];
