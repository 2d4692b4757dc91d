// What the daemon has open stays its own: a program that it starts has its three streams and nothing else, whatever
// sockets and files of either process are open meanwhile. A raw socket in an unprivileged check could send any packet.
import { chmodSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';

/** Each kind of program that the daemon starts, by the name of its script. */
const programs = [
  ...['check', 'tracked', 'quorum_up', 'quorum_down'],
  ...['notify', 'notify_backup', 'notify_master', 'notify_fault', 'notify_stop'],
] as const;
type Program = (typeof programs)[number];

let lab: Lab;
let folder: string;
let director: Director;
let vrrpProcess: number;

const script = (name: Program) => join(folder, name);
const found = (name: Program) => join(folder, `${name}.found`);

/** Says what it holds, but for itself as the shell reads it; without a redirection, for which a shell keeps its own. */
const text = `#!/bin/sh
find /proc/$$/fd -type l ! -lname "$0" -fprintf "$0.part" '%f %l\\n'
mv "$0.part" "$0.found"
`;

const config = () => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {file: ${join(folder, 'director.log')}}
script_user: root
checktimeout: 3
checkinterval: 1
vrrp_script:
  - {name: tracked, script: ${script('tracked')}, interval: 1, timeout: 60, weight: 2, user: root}
vrrp_track_file:
  - {name: number, file: ${join(folder, 'number')}, weight: 2}
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: 150
    advert_int: 100ms
    use_vmac: vrrp51
    virtual_ipaddress: [10.9.0.100/24]
    track_script: [tracked]
    track_file: [number]
    track_interface: [eth1]
    notify: ${script('notify')}
    notify_backup: ${script('notify_backup')}
    notify_master: ${script('notify_master')}
    notify_stop: ${script('notify_stop')}
  - name: VI_2
    interface: eth0
    virtual_router_id: 52
    priority: 150
    advert_int: 100ms
    virtual_ipaddress: [fe80::100/64, fd00::100/64]
  - name: VI_3
    interface: eth0
    virtual_router_id: 53
    priority: 150
    advert_int: 100ms
    unicast_peer: [fd00::9]
    virtual_ipaddress: [fe80::101/64, fd00::101/64]
  - name: VI_4
    interface: eth7
    virtual_router_id: 54
    virtual_ipaddress: [10.9.7.100/24]
    notify_fault: ${script('notify_fault')}
virtual:
  - {address: "10.9.9.9:1", checktype: ping, real: ["10.9.0.2:80 gate"]}
  - {address: "[fd00::99]:1", checktype: ping, real: ["[fd00::2]:80 gate"]}
  - {address: "10.9.9.9:2", checktype: connect, real: ["10.9.0.2:80 gate"]}
  - {address: "10.9.9.9:3", protocol: udp, checktype: negotiate, service: dns, request: example.test, real: ["10.9.0.2:53 gate"]}
  - {address: "10.9.9.9:4", checktype: connect, real: ["name.test:80 gate"]}
  - address: "10.9.9.9:5"
    checktype: external
    checkcommand: ${script('check')}
    quorum_up: ${script('quorum_up')}
    real: ["10.9.0.2:80 gate"]
  - address: "10.9.9.9:6"
    checktype: external
    checkcommand: /bin/false
    quorum_down: ${script('quorum_down')}
    real: ["10.9.0.2:80 gate"]
`;

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const beside = await lab.lan('beside');
  const host = await lab.host('lvs1');
  await lab.attach(host, lan, { addresses: ['10.9.0.1/24', 'fd00::1/64', 'fe80::1/64'] });
  await lab.attach(host, beside, { interface: 'eth1', addresses: ['10.8.0.1/24'] });
  folder = lab.directory('programs');
  writeFileSync(join(folder, 'number'), '1');
  for (const name of programs) {
    writeFileSync(script(name), text);
    chmodSync(script(name), 0o755);
  }
  // What the starter has open is not for them either.
  director = startDirector(lab, host, {
    prefix: ['sh', '-c', 'exec 7</etc/passwd; exec "$@"', 'sh'],
    config: config(),
  });
  vrrpProcess = Number((await director.waitFor('vrrp.process_started')).pid);
  for (const instance of ['VI_1', 'VI_2', 'VI_3'])
    await director.waitFor(
      'vrrp.transition',
      (event) => event.instance === instance && event.to === 'active',
      { timeoutMs: 60_000 },
    );
  // A client of the control socket, which stays.
  const client = connect(director.controlSocket);
  lab.defer(() => void client.destroy());
});
afterAll(() => lab?.dispose());

const linesOf = (file: string): readonly string[] | undefined => {
  try {
    return readFileSync(file, 'utf8').trim().split('\n');
  } catch {
    return undefined;
  }
};

const beyondStreams = (held: readonly string[]) => held.filter((line) => !/^[012] /.test(line));

/** Descriptors beyond the streams that a program would inherit, with what they are. */
function inheritable(pid: number): { readonly kept: readonly string[]; readonly leaks: readonly string[] } {
  const kept: string[] = [];
  const leaks: string[] = [];
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    if (Number(fd) < 3) continue;
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      const flags =
        /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))?.[1] ?? '';
      if ((Number.parseInt(flags, 8) & 0o2000000) === 0) leaks.push(`${fd} ${target}`);
      else kept.push(target);
    } catch {
      // It has been closed meanwhile.
    }
  }
  return { kept, leaks };
}

describe('a program that the daemon starts', () => {
  it.each(programs.filter((name) => name !== 'notify_stop'))(
    'as %s has its three streams alone',
    async (name) => {
      const held = await waitUntil(() => linesOf(found(name)), {
        what: `${name} has run`,
        timeoutMs: 60_000,
      });
      expect(beyondStreams(held)).toEqual([]);
      expect(held).toHaveLength(3);
    },
  );
});

describe('every descriptor of the daemon', () => {
  it('in either process is closed when another program begins, at any time', async () => {
    const main = director.running.pid;
    for (let look = 0; look < 30; look += 1) {
      for (const pid of [main, vrrpProcess]) expect(inheritable(pid).leaks).toEqual([]);
      await delay(50);
    }
    // That there was something to see: sockets, what watches files, and what the starter left open.
    const ofMain = inheritable(main).kept.join();
    for (const kind of ['socket:', 'inotify', 'passwd']) expect(ofMain).toContain(kind);
    expect(
      inheritable(vrrpProcess).kept.filter((target) => target.startsWith('socket')).length,
    ).toBeGreaterThan(5);
    // And the VRRP process has nothing that was the main process's.
    expect(inheritable(vrrpProcess).kept.join()).not.toMatch(/inotify|passwd/);
  });
});

describe('at the stop', () => {
  it('its last program has its three streams alone', async () => {
    director.running.signal('SIGTERM');
    const held = await waitUntil(() => linesOf(found('notify_stop')), {
      what: 'notify_stop has run',
      timeoutMs: 60_000,
    });
    expect(beyondStreams(held)).toEqual([]);
    await director.running.exited;
  });
});
