// HTTP at an address and port, for who may only read: the control socket's server (control-server.ts), with its bounds, and
// bounds of its own. Which questions it answers is given from outside.
import type { Server } from 'node:http';
import { type Endpoint, formatEndpoint } from '../../net/endpoint.ts';
import { err, ok, type Result } from '../../net/result.ts';
import type { Routes } from '../../ports/control.ts';
import { type ControlFailed, createControlServer } from './control-server.ts';

/** @property release of the port, at once; answers that are under way end by their bounds. */
export type HttpListener = { readonly release: () => void; readonly close: () => Promise<void> };
export type ListenError = { readonly reason: string; readonly taken: boolean };

export function listenHttp(
  where: Endpoint,
  routes: Routes,
  onFailed: ControlFailed,
): Promise<Result<HttpListener, ListenError>> {
  const server = createControlServer(routes, (about, error) =>
    onFailed(`${formatEndpoint(where)} ${about}`, error),
  );
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      resolve(err({ taken, reason: reasonOf(error) }));
    });
    server.listen({ host: where.address, port: where.port }, () => {
      server.removeAllListeners('error');
      // No more descriptors, say: who asks waits, and the daemon goes on.
      server.on('error', (error) => onFailed(formatEndpoint(where), error));
      resolve(ok({ release: () => void server.close(), close: () => close(server) }));
    });
  });
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this host has no such address now',
  EACCES: 'this user may not listen there',
};

const reasonOf = ({ code = '', message }: NodeJS.ErrnoException): string =>
  reasons[code] === undefined ? message : `${reasons[code]} (${code})`;

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    // It may have let go of its port before.
    if (server.listening) server.close(() => resolve());
    else resolve();
    server.closeAllConnections();
  });
