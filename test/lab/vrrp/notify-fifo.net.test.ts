// What scripts and FIFOs are told of virtual routers: keepalived runs a file, our daemon runs what `convert` makes of it, and
// the same happens to both, from the start to the stop. Who reads the FIFOs is a program of theirs (*_fifo_script), and reads
// each line by the pattern that consumers in the field have. Then readers that do not read.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openVrrpSocket } from '../../../src/system/sockets/raw-socket.ts';
import { encodeIpv4 } from '../../../src/wire/packet/ipv4-header.ts';
import { encodeAdvert, VRRP_PROTOCOL } from '../../../src/wire/packet/vrrp.ts';
import { interfaceIndex } from '../harness/host-on.ts';
import type { Host } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';
import { inside } from './inside.ts';
import { steadyRouter } from './router-config.ts';
import { becomes, createSite, outerVip, type Site, seen, vip } from './tracked-site.ts';

const hasKeepalived = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;

/** VyOS's consumer of keepalived's FIFO (vyos-1x, keepalived-fifo.py). */
const pattern = /^(?<type>\w+) "(?<name>[\w-]+)" (?<state>\w+) (?<priority>\d+)$/;

let site: Site;
beforeEach(async () => {
  site = await createSite();
  // For scripts of another user.
  for (const folder of [site.folder, join(site.folder, '..')]) chmodSync(folder, 0o755);
});
afterEach(() => site?.lab.dispose());

/** All that one daemon is told to leave its traces in. */
type Traces = ReturnType<typeof tracesOf>;

function tracesOf(who: string) {
  const at = (name: string) => join(site.folder, `${who}.${name}`);
  const linesOf = (file: string) =>
    existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  writeFileSync(at('load'), '0\n');
  // keepalived asks it to end before the last lines come (doc/samples/sample_notify_fifo.sh).
  const reader = `#!/bin/sh\ntrap '' TERM\nwhile IFS= read -r line; do echo "$line" >> "$1"; done < "$2"\n`;
  writeFileSync(at('reader'), reader, { mode: 0o755 });
  writeFileSync(at('script'), `#!/bin/sh\necho "$(id -un) $@" >> ${at('ran')}\n`, { mode: 0o755 });
  writeFileSync(at('ran'), '');
  // Whatever the umask: the script of nobody writes to it too.
  chmodSync(at('ran'), 0o666);
  return {
    at,
    /** By both FIFOs. */
    all: () => linesOf(at('all.out')),
    routers: () => linesOf(at('vrrp.out')),
    ran: () => linesOf(at('ran')),
  };
}

const instanceText = (number: number, device: string, address: string, more: string) => `
vrrp_instance VI_${number} {
  interface ${device}
  virtual_router_id ${50 + number}
  priority ${number > 2 ? 120 : 150}
  advert_int 1
  ${more}
  virtual_ipaddress {
    ${address}/24
  }
}`;

/** @param isWhole without, the routers of their own are gone. */
const keepalivedConf = ({ at }: Traces, isWhole: boolean) => `
global_defs {
  script_user root
  vrrp_version 3
  notify_fifo ${at('all')} root
  notify_fifo_script "${at('reader')} ${at('all.out')}"
  vrrp_notify_fifo ${at('vrrp')} nobody nogroup
  vrrp_notify_fifo_script "${at('reader')} ${at('vrrp.out')}" root
  vrrp_notify_priority_changes
}
vrrp_track_file load {
  file ${at('load')}
}
vrrp_sync_group VG {
  group {
    VI_1
    VI_2
  }
}
${instanceText(1, 'eth0', vip, `notify_master_rx_lower_pri "${at('script')} lower"`)}
${instanceText(2, 'eth1', outerVip, `notify_stop "${at('script')} stop of VI_2" nobody nogroup`)}
${
  isWhole
    ? instanceText(3, 'eth0', '10.9.0.103', `notify "${at('script')} any"\ntrack_file {\nload weight 1\n}`) +
      instanceText(
        4,
        'eth0',
        '10.9.0.104',
        `notify "${at('script')} any"\nnotify_deleted "${at('script')} deleted"`,
      )
    : ''
}
`;

/** A stranger says once that it is active for VRID 51, with a lower priority. */
async function sayLower({ client }: Site): Promise<void> {
  const index = await interfaceIndex(client);
  const opened = inside(client, () => openVrrpSocket({ name: 'eth0', index }, systemClock));
  if (!opened.ok) throw new Error(opened.error.code);
  const path = { source: ip('10.9.0.3'), destination: ip('224.0.0.18') };
  const fields = { virtualRouterId: 51, priority: 50, addresses: [ip(vip)] };
  const message = encodeAdvert({ version: 3, ...fields, intervalCs: 100 }, { ...path, checksum: 'rfc5798' });
  const packet = encodeIpv4({ ...path, protocol: VRRP_PROTOCOL, ttl: 255, tos: 0xc0 }, message);
  opened.value.send(packet, path.destination, () => {});
  opened.value.close();
}

type Running = { readonly reload: (isWhole: false) => unknown; readonly stop: () => Promise<unknown> };

/** From the start to the stop; the same for both. */
async function live(traces: Traces, host: Host, { reload, stop }: Running): Promise<void> {
  const hears = (line: string, times = 1) =>
    waitUntil(() => traces.all().filter((each) => each === line).length >= times, {
      what: `${host.name} is told ${line}`,
      timeoutMs: 30_000,
    });
  for (const name of ['VI_1', 'VI_2']) await hears(`INSTANCE "${name}" MASTER 150`);
  await hears('GROUP "VG" MASTER 0');
  for (const name of ['VI_3', 'VI_4']) await hears(`INSTANCE "${name}" MASTER 120`);
  expect(statSync(traces.at('all'))).toMatchObject({ uid: 0, gid: 0 });
  expect(statSync(traces.at('vrrp'))).toMatchObject({ uid: 65_534, gid: 65_534 });
  for (const name of ['all', 'vrrp']) expect(statSync(traces.at(name)).mode.toString(8)).toBe('10600');
  writeFileSync(traces.at('load'), '-20\n');
  await hears('INSTANCE "VI_3" MASTER_PRIORITY 100');
  await sayLower(site);
  await hears('INSTANCE "VI_1" MASTER_RX_LOWER_PRI 150');
  await site.lab.carrier(host, site.outside, false);
  await hears('GROUP "VG" FAULT 0');
  await site.lab.carrier(host, site.outside, true);
  await hears('GROUP "VG" MASTER 0', 2);
  reload(false);
  await hears('INSTANCE "VI_4" DELETED 120');
  await hears('INSTANCE "VI_3" FAULT 100');
  await stop();
  await hears('GROUP "VG" STOP 0');
  for (const name of ['all', 'vrrp'])
    await waitUntil(() => !existsSync(traces.at(name)), { what: `${name} is taken away` });
}

/** What each router and group was told, in its order: what is told of two at once has none. */
function byName(lines: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const told: Record<string, readonly string[]> = {};
  for (const line of lines) {
    const { type, name, state, priority } = pattern.exec(line)?.groups ?? {};
    const key = `${type} ${name}`;
    told[key] = [...(told[key] ?? []), `${state} ${priority}`];
  }
  return told;
}

describe.skipIf(!hasKeepalived)('what is told of virtual routers', () => {
  it('is what keepalived tells, by FIFOs, their programs and scripts, from the start to the stop', async () => {
    const { lab, hostA } = site;
    const theirs = tracesOf('theirs');
    const keepalived = startKeepalived(lab, hostA, keepalivedConf(theirs, true));
    await live(theirs, hostA, {
      reload: () => keepalived.reload(keepalivedConf(theirs, false)),
      stop: async () => {
        keepalived.signal('SIGTERM');
        await keepalived.exited;
      },
    });

    const ours = tracesOf('ours');
    const convert = async (isWhole: boolean) => {
      const file = join(site.folder, 'keepalived.conf');
      writeFileSync(file, keepalivedConf(ours, isWhole));
      const text = await hostA.run(process.execPath, daemonMain, 'convert', '--strict', file);
      return `director: {control_socket: $CONTROL, state_dir: $STATE}\n${text}`;
    };
    const director = startDirector(lab, hostA, { config: await convert(true) });
    const changed = await convert(false);
    await live(ours, hostA, {
      reload: () => {
        director.writeConfig(changed);
        director.running.signal('SIGHUP');
      },
      stop: async () => {
        director.running.signal('SIGTERM');
        await director.running.exited;
      },
    });

    for (const line of [...ours.all(), ...theirs.all()]) expect(line).toMatch(pattern);
    expect(byName(ours.all())).toEqual(byName(theirs.all()));
    expect(ours.routers()).toEqual(ours.all());
    expect(theirs.routers()).toEqual(theirs.all());
    expect(ours.ran().toSorted()).toEqual(theirs.ran().toSorted());
    expect(ours.ran()).toContain('nobody stop of VI_2');
    expect(director.events().filter(({ event }) => event.startsWith('fifo.'))).toEqual([]);
  });
});

/** All that has come through a pipe so far; never waits. */
function reading(fd: number): () => string {
  const buffer = Buffer.alloc(65_536);
  let text = '';
  const isRead = () => {
    try {
      text += buffer.toString('latin1', 0, readSync(fd, buffer));
      return true;
    } catch {
      return false;
    }
  };
  return () => {
    while (isRead());
    return text;
  };
}

function fill(fd: number): void {
  try {
    for (;;) writeSync(fd, 'x\n');
  } catch {
    // It is full.
  }
}

describe('a FIFO that nobody reads', () => {
  it('holds nothing up, and has every line when it is read; what else stands at its path is left alone', async () => {
    const { lab, hostA, folder } = site;
    const [full, file] = [join(folder, 'full'), join(folder, 'file')];
    writeFileSync(file, 'mine\n');
    spawnSync('mkfifo', [full]);
    const fd = openSync(full, constants.O_RDWR | constants.O_NONBLOCK);
    fill(fd);
    const config = `${steadyRouter('10.9.0.100/24')}    track_interface: [eth1]
notify_fifo: ${full}
vrrp_notify_fifo: ${file}
`;
    const director = startDirector(lab, hostA, { config });
    await director.waitFor('fifo.failed', ({ fifo }) => fifo === file);
    for (const [on, phase] of [
      [false, 'fault'],
      [true, 'active'],
    ] as const) {
      const before = seen(director);
      await lab.carrier(hostA, site.outside, on);
      await becomes(director, phase, before);
    }
    expect(JSON.parse((await director.cli('status', '--json')).stdout).vrrp[0].phase).toBe('active');
    const fifosOf = async () => JSON.parse((await director.cli('status', '--json')).stdout).fifos;
    const [unread, refused] = await fifosOf();
    expect(unread).toMatchObject({ fifo: full, written: 0, lost: 0 });
    expect(unread.waiting).toBeGreaterThan(1);
    expect(unread.unreadBytes).toBeGreaterThan(32_768);
    expect(refused).toMatchObject({ fifo: file, failure: expect.stringContaining('got a regular file') });
    const read = reading(fd);
    await waitUntil(() => read().endsWith('MASTER 255\n'), { what: 'the lines come' });
    const told = read().replaceAll('x\n', '').split('\n').slice(0, -1);
    expect(told.slice(-2)).toEqual(['INSTANCE "VI_1" FAULT 255', 'INSTANCE "VI_1" MASTER 255']);
    for (const line of told) expect(line).toMatch(pattern);
    expect((await fifosOf())[0]).toMatchObject({ waiting: 0, lost: 0, unreadBytes: 0 });

    // Taken away under it: made anew.
    rmSync(full);
    await lab.carrier(hostA, site.outside, false);
    await waitUntil(() => existsSync(full), { what: 'it is there again' });
    const again = openSync(full, constants.O_RDWR | constants.O_NONBLOCK);
    const readAgain = reading(again);
    await waitUntil(() => readAgain().endsWith('FAULT 255\n'), { what: 'its line' });
    closeSync(again);
    closeSync(fd);
    director.running.signal('SIGTERM');
    await director.running.exited;
    expect(readFileSync(file, 'utf8')).toBe('mine\n');
  });
});

describe('a program of a FIFO that is stopped', () => {
  it('holds nothing up, has every line once it goes on, and does not keep the daemon from ending', async () => {
    const { lab, hostA, folder } = site;
    const at = (name: string) => join(folder, name);
    const script =
      '#!/bin/sh\necho $$ >"$1.pid"\nwhile read -r line; do echo "$line" >>"$1.out"; done <"$1"\n';
    writeFileSync(at('script'), script, { mode: 0o755 });
    const text = (name: string) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : '');
    const signal = (name: NodeJS.Signals) => process.kill(Number(text('fifo.pid')), name);
    const config = `${steadyRouter('10.9.0.100/24')}    track_interface: [eth1]
notify_fifo: ${at('fifo')}
notify_fifo_script: ${at('script')}
`;
    const director = startDirector(lab, hostA, { config });
    await waitUntil(() => text('fifo.out').endsWith('MASTER 255\n'), { what: 'it reads' });
    signal('SIGSTOP');
    for (const [on, phase] of [
      [false, 'fault'],
      [true, 'active'],
    ] as const) {
      const before = seen(director);
      await lab.carrier(hostA, site.outside, on);
      await becomes(director, phase, before);
    }
    const fifos = async () => JSON.parse((await director.cli('status', '--json')).stdout).fifos;
    const [first] = await fifos();
    expect(first).toMatchObject({ waiting: 0, lost: 0, program: 'running' });
    expect(first.unreadBytes).toBe('INSTANCE "VI_1" FAULT 255\nINSTANCE "VI_1" MASTER 255\n'.length);
    signal('SIGCONT');
    await waitUntil(() => text('fifo.out').endsWith('FAULT 255\nINSTANCE "VI_1" MASTER 255\n'), {
      what: 'it has what was told meanwhile',
    });
    signal('SIGSTOP');
    director.running.signal('SIGTERM');
    expect(await director.running.exited).toBe(0);
    expect(existsSync(at('fifo'))).toBe(false);
    expect(() => signal('SIGCONT')).toThrow('ESRCH');
  });
});
