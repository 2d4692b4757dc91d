// Lines of the log over TCP, each with its length before it (RFC 6587 §3.4.1, octet counting). One connection, made anew where
// it broke; a reader that takes nothing for half a minute counts as gone. A line counts as taken when the kernel has it: of
// what a reader had not read when it died nobody knows.
import { connect, type Socket } from 'node:net';
import type { Ip } from '../../net/ip.ts';
import type { LogTransport } from '../../ports/log-sink.ts';

const connectMs = 10_000;
const stallMs = 30_000;
const keepAliveMs = 30_000;

export function openLogTcp(address: Ip, port: number): LogTransport {
  let socket: Socket | undefined;

  async function open(): Promise<Socket> {
    const made = connect({ host: address, port, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
    made.setNoDelay(true).unref();
    // Nobody answers over it; without a reader its end would go unseen. Its faults are told by who waits, or by the next send.
    made.on('data', () => {}).on('error', () => {});
    made.on('close', () => {
      if (socket === made) socket = undefined;
    });
    await settled(made, 'connect', connectMs, (done) => made.once('connect', done));
    return made;
  }

  return {
    send: async (lines) => {
      socket ??= await open();
      const to = socket;
      const frames = lines.flatMap((line) => [Buffer.from(`${line.length} `), line]);
      await settled(to, 'write', stallMs, (done) => to.write(Buffer.concat(frames), done));
      return lines.length;
    },
    close: () => void socket?.end(),
  };
}

/** Once it is done; rejects, and gives the connection up, where it breaks or takes too long. */
function settled(
  socket: Socket,
  act: string,
  limitMs: number,
  begin: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (error?: Error | null) => {
      clearTimeout(timer);
      socket.off('error', end).off('close', onClosed);
      if (error === undefined || error === null) return resolve();
      socket.destroy();
      reject(error);
    };
    const onClosed = () => end(new Error(`${act}: connection closed`));
    const timer = setTimeout(() => end(new Error(`${act}: no answer in ${limitMs / 1000} s`)), limitMs);
    socket.once('error', end).once('close', onClosed);
    begin(end);
  });
}
