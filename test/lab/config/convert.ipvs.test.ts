// keepalived runs a file, our daemon runs what `convert` makes of it, each on a host of its own: the kernel's tables
// are equal, to the letter of `ipvsadm -Sn`. And what that prints, converted, makes the same table once more.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived, startNginx } from '../harness/programs.ts';

let lab: Lab;

beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

/** Sorted: the kernel lists the newest first. */
const tableOf = async (host: Host) => (await host.run('ipvsadm', '-S', '-n')).trim().split('\n').sort();

const head = `director: {control_socket: $CONTROL, state_dir: $STATE}
ipvs: {resync_interval: 1s}
`;

/** No checks: every server is in from the start. */
const everyKind = `
$NET=10.7.0
virtual_server_group SITE {
  10.7.1.1 80
  10.7.1.4-6 8080
  fwmark 7
}
virtual_server group SITE {
  protocol TCP
  lb_algo wrr
  lb_kind NAT
  persistence_timeout 120
  real_server 127.0.0.2 8080 { 
    weight 4
    uthreshold 100
    lthreshold 50
  }
  real_server 127.0.0.3 8080 { }
}
virtual_server 10.7.2.1 443 {
  protocol TCP
  lb_algo sh
  sh-port
  sh-fallback
  lb_kind DR
  weight 3
  sorry_server 127.0.0.9 443
  ~SEQ(N, 2, 4) real_server \${NET}.\${N} 443 { }
}
virtual_server 10.7.2.2 53 {
  protocol UDP
  lb_algo rr
  ops
  lb_kind TUN
  real_server 10.7.0.9 53 { weight 0 }
}
virtual_server 10.7.2.3 80 {
  protocol TCP
  lb_algo mh
  mh-port
  lb_kind NAT
  persistence_timeout
  persistence_granularity 255.255.255.0
  real_server 10.7.0.10 80 { lvs_method DR }
}
virtual_server fd00:7::1 80 {
  protocol TCP
  lb_kind NAT
  persistence_timeout 60
  persistence_granularity 64
  lb_algo lc
  ~LST({A, P}, {2, 80}, {3, 81}) real_server fd00:7::\${A} \${P} { weight 2 }
}
virtual_server 10.7.2.4 0 {
  protocol TCP
  lb_algo nq
  lb_kind DR
  real_server 10.7.0.11 0 { }
}
virtual_server 10.7.2.5 9000 {
  protocol SCTP
  lb_algo wlc
  lb_kind TUN type gue port 6080 csum
  real_server 10.7.0.12 9000 { weight 2 }
  real_server 10.7.0.13 9000 {
    lvs_method TUN type gre
  }
  real_server 10.7.0.14 9000 {
    lvs_method TUN type gue port 6081 remcsum
  }
  real_server 10.7.0.15 9000 {
    lvs_method TUN
  }
}
virtual_server fd00:7::2 9000 {
  protocol SCTP
  lb_algo rr
  lb_kind TUN type gre csum
  real_server 10.7.0.16 9000 { weight 2 }
}
`;

const checked = `
virtual_server 10.9.9.9 80 {
  delay_loop 1
  protocol TCP
  lb_algo wlc
  lb_kind NAT
  inhibit_on_failure
  real_server 127.0.0.2 8080 {
    weight 5
    TCP_CHECK { 
      connect_timeout 2 
    }
  }
  real_server 127.0.0.3 8080 {
    weight 6
    TCP_CHECK {
      connect_timeout 2
    }
  }
}
virtual_server 10.9.9.9 81 {
  delay_loop 1
  protocol TCP
  lb_algo wrr
  lb_kind NAT
  real_server 127.0.0.2 8080 {
    HTTP_GET {
      url {
        path /index.html
        status_code 200
      }
      connect_timeout 2
    }
  }
  real_server 127.0.0.3 8080 {
    HTTP_GET {
      url {
        path /index.html
        status_code 200
      }
      connect_timeout 2
    }
  }
}
`;

const twoChecks = `
    TCP_CHECK {
      connect_timeout 2
    }
    HTTP_GET {
      url {
        path /
        status_code 200
      }
      connect_port 9090
      connect_timeout 2
      delay_before_retry 1
    }`;
const twice = `
virtual_server 10.9.9.9 80 {
  delay_loop 1
  protocol TCP
  lb_algo rr
  lb_kind NAT
  real_server 127.0.0.2 8080 {${twoChecks}
  }
  real_server 127.0.0.3 8080 {${twoChecks}
  }
}
`;

const beside = `
global_defs {
  lvs_timeouts tcp 600 tcpfin 30 udp 60
  lvs_sync_daemon eth0 VI_1 id 7 port 9000 ttl 2 group 239.9.9.9
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  advert_int 1
  priority 200
  virtual_ipaddress {
    10.9.0.9
  }
}
virtual_server_group SITE {
  10.7.1.250-252 80
  10.7.2.1 8080
}
virtual_server group SITE {
  protocol TCP
  lb_algo rr
  lb_kind NAT
  real_server 10.7.0.2 80 { }
}
`;

async function converted(host: Host, text: string, name: string): Promise<string> {
  const file = join(lab.directory(`${host.name}-source`), name);
  writeFileSync(file, text);
  const { stdout, stderr, status } = await host.attempt(process.execPath, daemonMain, 'convert', file);
  // Of a service whose servers weigh nothing keepalived never loses the quorum; nothing else is to be noted.
  const notes = stderr
    .split('\n')
    .filter((line) => !/as all weights are 0|^1 note: 0 harmless, 1 look/.test(line));
  expect(`${status} ${notes.join('\n')}`).toBe('0 ');
  return head + stdout;
}

async function becomes(host: Host, wanted: readonly string[]): Promise<void> {
  let table: readonly string[] = [];
  const equal = async () => {
    table = await tableOf(host);
    return JSON.stringify(table) === JSON.stringify(wanted);
  };
  await waitUntil(equal, { timeoutMs: 30_000, everyMs: 300, what: 'our table' }).catch(() => undefined);
  expect(table).toEqual(wanted);
}

describe('convert', () => {
  it.each([
    { name: 'every kind of service, without checks', text: everyKind, lines: 35, saved: true },
    { name: 'TCP and HTTP checks', text: checked, lines: 6, saved: false },
  ])('$name: the table is the one that keepalived makes', async ({ text, lines, saved }) => {
    const [theirs, ours, again] = await Promise.all([lab.host('ka'), lab.host('lvs1'), lab.host('lvs2')]);
    for (const host of [theirs, ours]) {
      await startNginx(lab, host, {
        listen: ['127.0.0.2:8080', '127.0.0.3:8080'],
        body: 'fine',
      });
    }
    startKeepalived(lab, theirs, text);
    const filled = async () => (await tableOf(theirs)).length === lines;
    await waitUntil(filled, { timeoutMs: 10_000, what: 'the table of keepalived' }).catch(() => undefined);
    const table = await tableOf(theirs);
    expect(table.length, table.join('\n')).toBe(lines);
    startDirector(lab, ours, { config: await converted(ours, text, 'keepalived.conf') });
    await becomes(ours, table);
    if (!saved) return;
    const lists = await theirs.run('ipvsadm', '-S', '-n');
    startDirector(lab, again, { config: await converted(again, lists, 'ipvsadm.save') });
    await becomes(again, table);
  });

  it('one check of two that fails takes a server out, as at keepalived, and lets it in again', async () => {
    const hosts = await Promise.all([lab.host('ka'), lab.host('lvs1')]);
    const [theirs, ours] = hosts;
    const second = () =>
      Promise.all(hosts.map((host) => startNginx(lab, host, { listen: ['127.0.0.2:9090'], body: 'fine' })));
    const listen = ['127.0.0.2:8080', '127.0.0.3:8080', '127.0.0.3:9090'];
    for (const host of hosts) await startNginx(lab, host, { listen, body: 'fine' });
    const stopped = await second();
    const serving = async (host: Host) =>
      (await tableOf(host)).flatMap((line) => / -r (127\.0\.0\.\d):/.exec(line)?.[1] ?? []);
    const become = (...wanted: readonly string[]) =>
      waitUntil(
        async () =>
          (await Promise.all(hosts.map(serving))).every((servers) => servers.join() === wanted.join()),
        { timeoutMs: 40_000, everyMs: 300, what: `${wanted.join()} in both tables` },
      );
    startKeepalived(lab, theirs, twice);
    startDirector(lab, ours, { config: await converted(ours, twice, 'keepalived.conf') });
    await become('127.0.0.2', '127.0.0.3');
    for (const nginx of stopped) await nginx.stop();
    await become('127.0.0.3');
    await second();
    await become('127.0.0.2', '127.0.0.3');
  });

  it('timeouts, sync daemon and a group of ranges: as keepalived sets them', async () => {
    const [theirs, ours] = await Promise.all([lab.host('ka'), lab.host('lvs1')]);
    for (const host of [theirs, ours])
      await lab.attach(host, await lab.lan(`lan-${host.name}`), { addresses: ['10.9.0.1/24'] });
    const state = async (host: Host) => [
      ...(await tableOf(host)),
      await host.run('ipvsadm', '-l', '--timeout'),
      // Of the length each says what its interface and the kernel gave it.
      (await host.run('ipvsadm', '-l', '--daemon')).replaceAll(/maxlen=\d+, /g, ''),
    ];
    const isActive = async (host: Host) => (await host.run('ipvsadm', '-l', '--daemon')).startsWith('master');
    const settles = (host: Host) =>
      waitUntil(async () => (await isActive(host)) && !(await state(host)).join().includes('backup sync'), {
        timeoutMs: 25_000,
        everyMs: 300,
        what: `${host.name} has a master alone`,
      });
    startKeepalived(lab, theirs, beside);
    const config = (await converted(ours, beside, 'keepalived.conf')).replace(
      /^ipvs: \{resync_interval.*$/m,
      '',
    );
    startDirector(lab, ours, { config });
    await settles(theirs);
    await settles(ours);
    const wanted = await state(theirs);
    expect(wanted).toHaveLength(2 * 4 + 2);
    expect(await state(ours)).toEqual(wanted);
  });
});
