// TCP connect: the server is up when it accepts; the connection is closed at once and nothing is said on it.

import type { Socket } from 'node:net';
import type { CheckTarget } from '../health/target.ts';
import type { ProbeResult } from '../ports/probe.ts';
import { failure, judgeError, success } from './judge-error.ts';
import { openSocket } from './socket.ts';

export type ConnectTarget = Extract<CheckTarget, { kind: 'connect' }>;

export function probeConnect(target: ConnectTarget, signal: AbortSignal): Promise<ProbeResult> {
  const { address, port, proxyProtocol } = target;
  if (port === 0)
    return Promise.resolve(failure('no port to connect to: set checkport, or a port of the server'));
  return new Promise((resolve) => {
    const socket = openSocket(address, port, undefined, proxyProtocol);
    const settle = (result: ProbeResult) => {
      signal.removeEventListener('abort', expire);
      socket.destroy();
      resolve(result);
    };
    const expire = () => settle(failure('no answer to connect'));
    signal.addEventListener('abort', expire);
    socket.on('error', (error) => settle(judgeError(error, 'connect')));
    socket.once('connect', () =>
      settle(
        isSelfConnected(socket)
          ? failure('connected to itself: nothing listens there')
          : success('connected'),
      ),
    );
  });
}

/**
 * TCP allows simultaneous open: a connect to a free port of this machine that happens to be its own source
 * port succeeds with nobody listening (RFC 9293 §3.5).
 */
export const isSelfConnected = (socket: Socket): boolean =>
  socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress;
