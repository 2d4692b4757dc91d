// Lines of the log as UDP datagrams, one each. What a network loses nobody knows; a host that refuses them says so with the
// next one.
import { createSocket, type Socket } from 'node:dgram';
import type { Ip } from '../../net/ip.ts';
import { familyOf } from '../../net/ip.ts';
import type { LogTransport } from '../../ports/log-sink.ts';

/** What may wait for room within this process. */
const queuedBytesMax = 256 * 1024;

export function openLogUdp(address: Ip, port: number): LogTransport {
  let socket: Socket | undefined;

  const open = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const made = createSocket({
        type: familyOf(address) === 'inet6' ? 'udp6' : 'udp4',
        lookup: (host, _options, done) => done(null, host, familyOf(address) === 'inet6' ? 6 : 4),
      });
      const fail = (error: Error) => {
        made.close();
        reject(error);
      };
      made.once('error', fail);
      made.connect(port, address, () => {
        made.off('error', fail);
        // Of a datagram that was refused: the next send has it as well.
        made.on('error', () => {});
        made.unref();
        resolve(made);
      });
    });

  return {
    send: async (lines) => {
      socket ??= await open();
      for (const [index, line] of lines.entries()) {
        if (socket.getSendQueueSize() > queuedBytesMax) return index;
        try {
          await sendOne(socket, line);
        } catch (error) {
          if (index > 0) return index;
          throw error;
        }
      }
      return lines.length;
    },
    close: () => {
      socket?.close();
      socket = undefined;
    },
  };
}

const sendOne = (socket: Socket, line: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.send(line, (error) => (error === null || error === undefined ? resolve() : reject(error)));
  });
