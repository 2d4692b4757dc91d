// What the daemon says of itself: its start and end, its configuration, what it keeps on disk, its log.

export type DaemonEvent =
  | {
      readonly event: 'daemon.started';
      readonly version: string;
      readonly pid: number;
      readonly director: string;
      readonly config: string;
    }
  | {
      readonly event: 'daemon.ready';
      readonly instances: number;
      readonly services: number;
      readonly servers: number;
    }
  | {
      readonly event: 'daemon.reloaded';
      readonly config: string;
      readonly services: number;
      readonly servers: number;
      readonly ms: number;
    }
  | {
      readonly event: 'daemon.reload_rejected';
      readonly config: string;
      readonly problems: readonly string[];
    }
  | { readonly event: 'daemon.rival'; readonly program: string; readonly pid: number }
  | {
      readonly event: 'daemon.config_rejected';
      readonly config: string;
      readonly problems: readonly string[];
      readonly instead: string;
    }
  | { readonly event: 'daemon.stopping'; readonly reason: string; readonly restarts?: boolean }
  | { readonly event: 'daemon.stopped'; readonly uptime_s: number }
  | {
      readonly event: 'daemon.fault';
      readonly process: 'main' | 'vrrp';
      readonly kind: 'uncaughtException' | 'unhandledRejection';
      readonly error: string;
      readonly reason: string;
      readonly stack: readonly string[];
      readonly ends: boolean;
    }
  | {
      readonly event: 'control.failed';
      readonly about: string;
      readonly error: string;
      readonly reason: string;
    }
  | { readonly event: 'config.warning'; readonly at: string; readonly message: string }
  | { readonly event: 'state.failed'; readonly reason: string }
  | {
      readonly event: 'state.unreadable';
      readonly file: string;
      readonly reason: string;
      readonly kept_as?: string;
    }
  | { readonly event: 'log.failed'; readonly sink: string; readonly reason: string }
  | { readonly event: 'log.lost'; readonly sink: string; readonly lines: number }
  | {
      readonly event: 'log.suppressed';
      readonly of: string;
      readonly subject: string;
      readonly lines: number;
    };
