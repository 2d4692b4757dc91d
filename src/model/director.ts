// What IPVS holds beside its table, once for the whole director: the timeouts of connections and the daemons
// that keep another director's connections in step. Canonical form is the kernel's (linux/ip_vs.h).
import type { Ip } from '../net/ip.ts';

/** Seconds of silence after which a connection is forgotten (ipvsadm --set). */
export type Timeouts = {
  readonly tcp: number;
  /** After a FIN was seen. */
  readonly tcpfin: number;
  readonly udp: number;
};

/** A master sends what connections there are, a backup takes them over. A director may have one of each. */
export type SyncState = 'master' | 'backup';

export type SyncDaemon = {
  readonly state: SyncState;
  readonly interface: string;
  /** 0 to 255; a backup hears masters of its own id (of any, where it is 0). */
  readonly syncId: number;
  /** Bytes of a message; asked for as 0: by the interface's MTU. */
  readonly maxlen: number;
  /** A multicast group of either family. */
  readonly group: Ip;
  /** Of UDP; with several threads (net.ipv4.vs.sync_ports) the first of as many. */
  readonly port: number;
  readonly ttl: number;
};
