// The client's program: a fresh connection and one GET at a fixed rate, whatever became of the others, and one
// line of JSON for each answer. Runs in the client's namespace: node requests.js HOST PORT INTERVAL_MS LIMIT_MS
import { connect } from 'node:net';
import type { Answer } from './traffic.ts';

const [host = '', port = '', interval = '', limit = ''] = process.argv.slice(2);

/** Milliseconds since 1970, finer than Date.now(). */
const wallClock = () => performance.timeOrigin + performance.now();

function request(): void {
  const at = wallClock();
  let text = '';
  let said = false;
  const socket = connect({ host, port: Number(port), allowHalfOpen: true });
  const say = (answer: Pick<Answer, 'server' | 'failure'>) => {
    if (said) return;
    said = true;
    clearTimeout(timer);
    // Ended by a reset, a connection leaves no IPVS entry behind which a later one from the same port would follow.
    socket.resetAndDestroy();
    const ms = Number((wallClock() - at).toFixed(1));
    process.stdout.write(`${JSON.stringify({ at, ms, ...answer })}\n`);
  };
  const timer = setTimeout(() => say({ failure: `no answer within ${limit} ms` }), Number(limit));
  socket.setEncoding('utf8');
  socket.on('connect', () => socket.write(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`));
  socket.on('data', (part: string) => {
    text += part;
  });
  socket.on('error', (error) => say({ failure: error.message }));
  socket.on('end', () => {
    const [head = '', body = ''] = text.split('\r\n\r\n');
    if (head.startsWith('HTTP/1.1 200')) say({ server: body.trim() });
    else say({ failure: `answer "${head.split('\r\n')[0]}"` });
  });
}

setInterval(request, Number(interval));
