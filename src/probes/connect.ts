// TCP connect: the server is up when it accepts; the connection is reset at once and nothing is said on it. A reset,
// as load balancers send it after such a check, leaves no port in TIME_WAIT (RFC 9293 §3.6): a close would keep one
// for a minute after each check, 600,000 of them at 10,000 checks a second.
import type { ConnectTarget } from '../model/checks/plain.ts';
import type { ProbeResult } from '../model/probe-result.ts';
import { failure, judgeError, success } from './talk/judge-error.ts';
import { isSelfConnected, openSocket, type Place } from './talk/socket.ts';

export function probeConnect(
  target: ConnectTarget & Pick<Place, 'bind'>,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const { port, proxyProtocol } = target;
  if (port === 0)
    return Promise.resolve(failure('no port to connect to: set checkport, or a port of the server'));
  return new Promise((resolve) => {
    const socket = openSocket(target);
    const settle = (result: ProbeResult) => {
      signal.removeEventListener('abort', expire);
      socket.destroy();
      resolve(result);
    };
    const expire = () => settle(failure('no answer to connect'));
    signal.addEventListener('abort', expire);
    socket.on('error', (error) => settle(judgeError(error, 'connect')));
    socket.once('connect', () => {
      if (isSelfConnected(socket, port)) return settle(failure('connected to itself: nothing listens there'));
      // A reset would take a PROXY header back that is still on its way.
      if (proxyProtocol === undefined) socket.resetAndDestroy();
      settle(success('connected'));
    });
  });
}
