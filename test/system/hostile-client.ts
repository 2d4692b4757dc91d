// One hostile client of the control socket: says its bytes in its manner, and tells what came back until the connection
// was closed. Waits for the server's bounds, never for longer.
import { connect } from 'node:net';
import type { Manner } from './hostile-requests.ts';

/** @property closed by the server, or by the client itself as its manner is. */
export type Outcome = { readonly answer: string; readonly closed: boolean };

/** @param limitMs after which an open connection is one that the server has forgotten. */
export function sayTo(
  path: string,
  bytes: Buffer,
  { pieces, leaves }: Manner,
  limitMs: number,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ path, allowHalfOpen: true });
    let answer = '';
    let timer: NodeJS.Timeout | undefined;
    const finish = (closed: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ answer, closed });
    };
    timer = setTimeout(() => finish(false), limitMs);
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
    socket.on('end', () => finish(true));
    if (leaves === 'never reads') socket.pause();
    else socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
    const step = Math.max(1, Math.ceil(bytes.length / pieces));
    const say = (from: number) => {
      if (from < bytes.length) {
        socket.write(bytes.subarray(from, from + step), () => setImmediate(() => say(from + step)));
        return;
      }
      if (leaves === 'half') socket.end();
      if (leaves === 'at once' || leaves === 'never reads') finish(true);
    };
    socket.on('connect', () => say(0));
  });
}

/** Of every answer in what came back. */
export const statusesIn = (answer: string): readonly number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
