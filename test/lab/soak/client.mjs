// The client of a soak run: a fresh connection and one GET at a fixed rate, whatever became of the others, and one line
// a request once it has ended: whether it was served, and how many milliseconds ago it began.
//   node client.mjs HOST INTERVAL_MS LIMIT_MS
import { connect } from 'node:net';

const [host = '', interval = '', limit = ''] = process.argv.slice(2);

function request() {
  const begun = performance.now();
  let text = '';
  let said = false;
  const socket = connect({ host, port: 80, allowHalfOpen: true });
  const say = (served) => {
    if (said) return;
    said = true;
    clearTimeout(timer);
    // Ended by a reset, a connection leaves no entry behind which a later one from the same port would follow.
    socket.resetAndDestroy();
    process.stdout.write(`${served ? 'served' : 'lost'} ${Math.round(performance.now() - begun)}\n`);
  };
  const timer = setTimeout(() => say(false), Number(limit));
  socket.setEncoding('latin1');
  socket.on('connect', () => socket.write(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`));
  socket.on('data', (part) => {
    text += part;
  });
  socket.on('error', () => say(false));
  socket.on('end', () => say(text.startsWith('HTTP/1.1 200') && text.includes('\r\n\r\nweb')));
}

setInterval(request, Number(interval));
