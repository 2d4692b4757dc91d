// The listener of this daemon: who reads over HTTP, beside the control socket.
import { createListener, type Listener } from '../control/listener.ts';
import { listenerRoutes } from '../control/listener-routes.ts';
import type { Journal } from '../journal/event.ts';
import type { Config } from '../model/config/config.ts';
import type { Routes } from '../ports/control.ts';
import { systemClock as clock } from '../system/clock.ts';
import type { ControlFailed } from '../system/sockets/control-server.ts';
import { listenHttp } from '../system/sockets/http-listener.ts';

export type DaemonListener = Pick<Listener, 'close'> & {
  readonly follow: (config: Config) => Promise<void>;
};

export function openListener(all: Routes, journal: Journal, onFailed: ControlFailed): DaemonListener {
  const routes = listenerRoutes(all);
  const listener = createListener({
    ...{ clock, journal, open: (where) => listenHttp(where, routes, onFailed) },
  });
  return { close: listener.close, follow: ({ metrics }) => listener.configure(metrics?.listen) };
}
