// The two products that are compared, with the same settings: version 3, multicast, one address, the same
// real-time class for the process that speaks VRRP. Each is started in the foreground and watched by its log.
import type { Host, Lab } from '../../test/lab/harness/namespaces.ts';
import type { Running } from '../../test/lab/harness/process.ts';
import { startDirector, startKeepalived } from '../../test/lab/harness/programs.ts';
import { withChildren } from '../process-tree.ts';

export type Product = 'keepalived' | 'lvs-director';

export type Settings = {
  readonly intervalMs: number;
  readonly priority: number;
  readonly address: string;
  /** Adverts over sync0 too; ours alone can. */
  readonly twoPaths: boolean;
};

export type Router = {
  readonly product: Product;
  readonly host: Host;
  /** Once it listens as a backup: it will take part from now on. */
  readonly ready: () => Promise<void>;
  /** The whole product, main process first. */
  readonly pids: () => readonly number[];
  /** Of the process that speaks VRRP. */
  readonly vrrpPid: () => number;
  /** As an administrator stops it; settles when it has ended. */
  readonly stop: () => Promise<void>;
  readonly lines: () => readonly string[];
};

/**
 * What our VRRP process takes for itself (src/cli/vrrp-process.ts), and keepalived only on demand; with that it
 * would be ended for 10 ms of computing, which a busy machine may count against it.
 */
const realtimePriority = 20;

export function startRouter(lab: Lab, host: Host, product: Product, settings: Settings): Router {
  const running = product === 'keepalived' ? keepalived(lab, host, settings) : director(lab, host, settings);
  const listening = product === 'keepalived' ? /Entering BACKUP STATE/ : /"vrrp\.transition".*"to":"backup"/;
  const pids = () => withChildren(running.pid);
  return {
    product,
    host,
    ready: async () => void (await running.waitFor(listening, { timeoutMs: 15_000 })),
    pids,
    vrrpPid: () => {
      const child = pids()[1];
      if (child === undefined) throw new Error(`Cannot find the VRRP process of ${product}: it has no child`);
      return child;
    },
    stop: async () => void (await running.stop()),
    lines: running.lines,
  };
}

const keepalived = (lab: Lab, host: Host, { intervalMs, priority, address }: Settings): Running =>
  startKeepalived(
    lab,
    host,
    `global_defs {
  vrrp_version 3
  vrrp_rt_priority ${realtimePriority}
  vrrp_rlimit_rttime 1000000
  vrrp_no_swap
}
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  advert_int ${intervalMs / 1000}
  virtual_ipaddress { ${address}/24 }
}
`,
  );

const director = (lab: Lab, host: Host, { intervalMs, priority, address, twoPaths }: Settings): Running =>
  startDirector(lab, host, {
    config: `director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp:
  - name: VI_1
    ${twoPaths ? 'interfaces: [eth0, sync0]' : 'interface: eth0'}
    virtual_router_id: 51
    version: 3
    priority: ${priority}
    advert_int: ${intervalMs}ms
    virtual_ipaddress: [${address}/24]
`,
  }).running;
