// One short answer in clear, before a connection is handed on to TLS: its bytes are taken until they are whole, and nobody
// listens to the socket afterwards.
import type { Socket } from 'node:net';

/** @param read what it says; 'more' where it is not whole yet */
export function hearOnce<T>(socket: Socket, read: (bytes: Buffer) => T | 'more'): Promise<T> {
  let heard = Buffer.alloc(0);
  return new Promise((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      heard = Buffer.concat([heard, chunk]);
      const said = read(heard);
      if (said === 'more') return;
      leave();
      resolve(said);
    };
    const gone = (): void => {
      leave();
      reject(new Error('connection closed'));
    };
    const leave = (): void => {
      socket.off('data', take);
      socket.off('end', gone);
      socket.off('close', gone);
      socket.pause();
    };
    socket.on('data', take);
    socket.on('error', reject); // stays, as the connection is used on
    socket.on('end', gone);
    socket.on('close', gone);
  });
}
