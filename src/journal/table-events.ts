// What is said of the kernel: the IPVS table and what it has beside it, and the firewall marks that are ours.

export type TableEvent =
  | {
      readonly event: 'ipvs.adopted';
      readonly services: number;
      readonly destinations: number;
      readonly operations: number;
    }
  | {
      readonly event: 'ipvs.applied';
      readonly adds: number;
      readonly edits: number;
      readonly deletes: number;
      readonly ms: number;
      readonly changes: readonly string[];
    }
  | { readonly event: 'ipvs.drift'; readonly operations: number; readonly changes: readonly string[] }
  | {
      readonly event: 'ipvs.failed';
      readonly operation: string;
      readonly code: string;
      readonly reason: string;
      readonly retry_s: number;
    }
  | { readonly event: 'ipvs.unavailable'; readonly reason: string; readonly retry_s: number }
  | { readonly event: 'ipvs.available' }
  | {
      readonly event: 'ipvs.timeout';
      /** As ipvsadm names it: tcp, tcpfin, udp. */
      readonly timeout: string;
      readonly from_s: number;
      readonly to_s: number;
      readonly why: 'configured' | 'drift' | 'restored';
    }
  | {
      readonly event: 'ipvs.sysctl';
      readonly sysctl: string;
      readonly from: string;
      readonly to: string;
      readonly why: 'configured' | 'drift' | 'restored';
    }
  | {
      readonly event: 'ipvs.sync_daemon';
      readonly state: 'master' | 'backup';
      readonly action: 'started' | 'stopped';
      /** In ipvsadm's words. */
      readonly daemon: string;
      readonly why: 'configured' | 'role' | 'drift' | 'stopped';
    }
  | { readonly event: 'marks.applied'; readonly family: string; readonly changes: readonly string[] }
  | { readonly event: 'marks.drift'; readonly family: string; readonly changes: readonly string[] }
  | {
      readonly event: 'marks.failed';
      readonly family: string;
      readonly reason: string;
      readonly retry_s: number;
    }
  | { readonly event: 'ipvs.foreign'; readonly services: readonly string[] }
  | { readonly event: 'ipvs.unknown'; readonly entries: readonly string[] };
