// A crowd at the listener of a director, from its own host: COUNT clients that say nothing, half of a head, a huge one, a head
// a byte at a time, garbage one after the other, or never take an answer; then it stays until it is killed.
// node listener-client.mjs HOST PORT COUNT
import { connect } from 'node:net';

const [, , host, port, count] = process.argv;
const manners = [
  () => {},
  (socket) => socket.write('GET /heal'),
  (socket) => socket.write(`GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(100_000)}`),
  (socket) => {
    socket.write('GET /healthz HTTP/1.1\r\nX: ');
    const drip = setInterval(() => socket.write('x'), 200);
    socket.on('close', () => clearInterval(drip));
  },
  (socket) => socket.write('\0\xff /x HTTP/9.9\r\n\r\n'.repeat(1000), 'latin1'),
  (socket) => socket.write('GET /monitor HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000)),
  (socket) => socket.end(),
];
/** Each that is sent away comes again. */
function come(at) {
  const socket = connect({ host, port: Number(port), allowHalfOpen: true });
  socket.on('error', () => {}).pause();
  socket.once('connect', () => manners[at % manners.length](socket));
  socket.once('close', () => setTimeout(come, 3000, at));
}
for (let at = 0; at < Number(count); at += 1) {
  come(at);
  if (at % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}
process.stdout.write('all came\n');
