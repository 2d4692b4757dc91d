// The programs that labs run on their hosts: our own daemon as it is built, keepalived as a peer, nginx as a real
// server. Each gets a folder of its own for files and sockets, since all hosts share one file system.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from './checkout.ts';
import type { Host, Lab } from './namespaces.ts';
import type { Output, Running, WaitOptions } from './process.ts';

/** One line of the daemon's log. */
export type LoggedEvent = Readonly<Record<string, unknown>> & { readonly event: string };

export type Director = {
  readonly name: string;
  readonly host: Host;
  readonly running: Running;
  readonly configFile: string;
  readonly controlSocket: string;
  readonly events: () => readonly LoggedEvent[];
  /** The first event, past or future (or after `after` lines), of that name that fits. */
  readonly waitFor: (
    event: string,
    fits?: (event: LoggedEvent) => boolean,
    options?: WaitOptions,
  ) => Promise<LoggedEvent>;
  /** Another command of ours for this daemon: `cli('status', '--json')`. */
  readonly cli: (command: string, ...options: string[]) => Promise<Output>;
  readonly writeConfig: (text: string) => void;
};

export type DirectorOptions = {
  /** `--director`; default: the host's name. */
  readonly name?: string;
  /** YAML. `$CONTROL` and `$STATE` become this director's control socket and state folder. */
  readonly config: string;
  /** What starts it: `['prlimit', '--nofile=40']`. */
  readonly prefix?: readonly string[];
  /** Told of each line of its output when it comes. */
  readonly onLine?: (line: string) => void;
  /** Start again in the folder of an earlier one: same config file, socket and state. */
  readonly again?: Director;
  /** Of another build than the checkout's. */
  readonly main?: string;
};

export const daemonMain: string = join(checkoutRoot, 'dist', 'main.js');

/** `node dist/main.js run`; the build must be there. Does not wait for anything. */
export function startDirector(
  lab: Lab,
  host: Host,
  { name = host.name, config, prefix = [], onLine, again, main = daemonMain }: DirectorOptions,
): Director {
  const folder = again === undefined ? lab.directory(name) : join(again.configFile, '..');
  const configFile = join(folder, 'lvs-director.yaml');
  const controlSocket = join(folder, 'control.sock');
  const writeConfig = (text: string) => {
    const state = join(folder, 'state');
    mkdirSync(state, { recursive: true });
    writeFileSync(configFile, text.replaceAll('$CONTROL', controlSocket).replaceAll('$STATE', state));
  };
  writeConfig(config);
  const command = [process.execPath, main, 'run', '-c', configFile, '--director', name];
  const running = host.start([...prefix, ...command], onLine === undefined ? {} : { onLine });
  return {
    name,
    host,
    running,
    configFile,
    controlSocket,
    events: () => running.lines().flatMap((line) => parseEvent(line) ?? []),
    waitFor: async (event, fits = () => true, options = {}) => {
      const wanted = (line: string) => {
        const parsed = parseEvent(line);
        return parsed?.event === event && fits(parsed);
      };
      Object.defineProperty(wanted, 'toString', { value: () => event });
      return parseEvent(await running.waitFor(wanted, options)) as LoggedEvent;
    },
    cli: (command, ...options) =>
      host.attempt(process.execPath, daemonMain, command, '--socket', controlSocket, ...options),
    writeConfig,
  };
}

function parseEvent(line: string): LoggedEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'event' in value
      ? (value as LoggedEvent)
      : undefined;
  } catch {
    return undefined;
  }
}

export type Keepalived = Running & {
  /** With another configuration file; its log tells when it has done so. */
  readonly reload: (text: string) => void;
};

/** keepalived in the foreground, logging to its output. `text` is its configuration file. */
export function startKeepalived(lab: Lab, host: Host, text: string): Keepalived {
  const folder = lab.directory(`${host.name}-keepalived`);
  const file = join(folder, 'keepalived.conf');
  writeFileSync(file, text, { mode: 0o600 });
  const pids = [
    '-p',
    join(folder, 'main.pid'),
    '-c',
    join(folder, 'checkers.pid'),
    '-r',
    join(folder, 'vrrp.pid'),
  ];
  const command = ['keepalived', '--dont-fork', '--log-console', '--log-detail', '-f', file, ...pids];
  const running = host.start(command);
  return {
    ...running,
    reload: (changed) => {
      writeFileSync(file, changed);
      running.signal('SIGHUP');
    },
  };
}

export type NginxOptions = {
  /** As in nginx's `listen`; several are allowed. */
  readonly listen: readonly string[];
  /** What every request is answered with. */
  readonly body: string;
  /** More lines for the `server` block. */
  readonly extra?: string;
};

/** nginx in the foreground, ready to serve when this resolves. */
export async function startNginx(lab: Lab, host: Host, options: NginxOptions): Promise<Running> {
  const folder = lab.directory(`${host.name}-nginx`);
  const listen = options.listen.map((address) => `listen ${address};`).join(' ');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
    .join(' ');
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr notice;
events { worker_connections 512; }
http {
  access_log off; default_type text/plain; ${temporary}
  server { ${listen} ${options.extra ?? ''} location / { return 200 "${options.body}\\n"; } }
}
`,
  );
  const running = host.start(['nginx', '-p', folder, '-e', 'stderr', '-c', file]);
  await running.waitFor(/start worker process|using the "epoll" event method/, { timeoutMs: 15_000 });
  return running;
}
