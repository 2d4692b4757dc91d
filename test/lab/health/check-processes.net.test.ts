// A daemon with two check processes against real servers: one is killed, one is stopped, the number is changed by a reload,
// and in the end the main process is killed. No living server goes out for any of it, and nobody is left behind.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemonStatus } from '../harness/daemon-status.ts';
import { createLab, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';

let lab: Lab;
let director: Director;

const addresses = Array.from({ length: 12 }, (_, at) => `127.0.0.${at + 2}`);
const configOf = (processes: number) => `
director: {control_socket: $CONTROL, state_dir: $STATE}
check_processes: ${processes}
checktimeout: 1
negotiatetimeout: 1
checkinterval: 1
fall: 1
virtual:
  - {address: "10.9.9.9:80", checktype: connect, real: [${addresses.map((at) => `"${at}:80 gate"`).join(', ')}]}
  - {address: "10.9.9.9:81", service: http, checkport: 80, request: /, receive: Test, real: [${addresses.map((at) => `"${at}:81 gate"`).join(', ')}]}
  - {address: "10.9.9.9:82", checktype: ping, real: ["127.0.0.2:82 gate"]}
  - {address: "10.9.9.9:83", checktype: external, checkcommand: /bin/true, real: ["127.0.0.2:83 gate"]}
`;
const servers = 2 * addresses.length + 2;

beforeAll(async () => {
  lab = createLab();
  const host = await lab.host('lvs1');
  await startNginx(lab, host, { listen: addresses.map((at) => `${at}:80`), body: 'Test Page' });
  director = startDirector(lab, host, {
    config: configOf(2),
    prefix: ['env', 'CREDENTIALS_DIRECTORY=/run/credentials', 'NOTIFY_SOCKET=/run/nobody'],
  });
  await allUp();
});
afterAll(() => lab?.dispose());

const allUp = () =>
  waitUntil(() => director.events().filter(({ event }) => event === 'real.up').length === servers, {
    what: `${servers} servers are up`,
    timeoutMs: 60_000,
  });

const pids = async (): Promise<readonly number[]> =>
  ((await daemonStatus(director)).checks.processes ?? []).flatMap(({ pid }) => pid ?? []);

const twoOthersThan = (before: readonly number[], replaced: number) =>
  waitUntil(
    async () => {
      const now = await pids();
      return now.length === 2 && now.filter((pid) => !before.includes(pid)).length === replaced;
    },
    { what: 'another process in its place', timeoutMs: 60_000 },
  );

/** Every server has been checked after now. */
async function allChecked(): Promise<void> {
  const from = Date.now();
  await waitUntil(
    async () => {
      const { services } = await daemonStatus(director);
      const ages = services.flatMap(({ reals }) => reals.map(({ checkedAgoMs }) => checkedAgoMs));
      return ages.length === servers && ages.every((ago) => ago !== undefined && Date.now() - ago > from);
    },
    { what: 'every server is checked', timeoutMs: 60_000, everyMs: 50 },
  );
}

const wentOut = () =>
  director.events().filter(({ event }) => ['real.down', 'real.failing', 'real.unchecked'].includes(event));

const fieldOf = (pid: number, name: string) =>
  new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];

describe('check processes', () => {
  it('have no right and no descriptor of the daemon', async () => {
    for (const pid of await pids()) {
      expect([fieldOf(pid, 'CapEff'), fieldOf(pid, 'CapPrm')]).toEqual([
        '0000000000000000',
        '0000000000000000',
      ]);
      expect(fieldOf(pid, 'Uid')).not.toBe('0');
      const held = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`);
        } catch {
          return [];
        }
      });
      // Packets and netlink of anybody; the socket of the channel is of AF_UNIX, as its checks' are of AF_INET.
      const inodes = held.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
      const strange = ['raw', 'raw6', 'packet', 'netlink', 'icmp'].flatMap((table) =>
        inodes.filter((inode) =>
          new RegExp(`\\b${inode}\\b`).test(readFileSync(`/proc/${pid}/net/${table}`, 'latin1')),
        ),
      );
      expect(strange).toEqual([]);
      const unix = readFileSync(`/proc/${pid}/net/unix`, 'latin1');
      expect(inodes.filter((inode) => new RegExp(`\\b${inode} /`).test(unix))).toEqual([]);
      expect(held.join()).not.toContain('control.sock');
    }
  });

  it('have none of the secrets in the environment of the daemon', async () => {
    const environmentOf = (pid: number) => readFileSync(`/proc/${pid}/environ`, 'latin1');
    const main = (await daemonStatus(director)).pid;
    expect(environmentOf(main)).toContain('CREDENTIALS_DIRECTORY=/run/credentials');
    for (const pid of await pids()) {
      expect(environmentOf(pid)).toContain('PATH=');
      expect(environmentOf(pid)).not.toMatch(/CREDENTIALS_DIRECTORY|NOTIFY_SOCKET/);
    }
  });

  // How soon: test/daemon/health/processes/process-runner.test.ts, in virtual time.
  it('one that is killed is replaced, and one that is stopped', async () => {
    for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
      const before = await pids();
      const [victim = 0] = before;
      const lines = director.running.lineCount();
      process.kill(victim, signal);
      await allChecked();
      await twoOthersThan(before, 1);
      const reason = signal === 'SIGKILL' ? /^signal SIGKILL$/ : /^silent for \d+ ms: signal SIGKILL$/;
      await director.waitFor('checks.process_lost', (event) => reason.test(String(event.reason)), {
        after: lines,
      });
    }
    expect(wentOut()).toEqual([]);
  });

  it('a reload ends them and begins them, and moves no verdict', async () => {
    for (const processes of [0, 2]) {
      director.writeConfig(configOf(processes));
      expect((await director.cli('reload')).status).toBe(0);
      await waitUntil(async () => (await pids()).length === processes, { what: `${processes} processes` });
      await allChecked();
    }
    expect(wentOut()).toEqual([]);
  });

  it('none is left behind by a main process that is killed, not even a stopped one', async () => {
    const all = await pids();
    expect(all.map(isThere)).toEqual([true, true]);
    process.kill(all[0] ?? 0, 'SIGSTOP');
    director.running.signal('SIGKILL');
    await waitUntil(() => all.every((pid) => !isThere(pid)), { what: 'all have ended' });
  });
});

/** A zombie is none. */
function isThere(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}
