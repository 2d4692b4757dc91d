// What others do to a director: 100 SIGHUPs a second while its config is being written, more news from the kernel than
// its sockets hold (ENOBUFS), strangers who clear the table, or take IPVS out of the kernel.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../harness/process.ts';
import { type Fault, signal } from '../fault.ts';
import { configOf, hasIpvs, pause, usual } from '../site.ts';

const needsTable = hasIpvs ? undefined : 'this kernel has no IPVS';
/** Looked at every second, and put back in a moment. */
const repairMs = 1000 + 3000;

const hups: Fault = {
  name: '100 SIGHUPs a second over a config that is being written',
  gentle: true,
  lastsMs: [2000, 5000],
  inject: async ({ site, target, lastsMs, random }) => {
    const director = target.director();
    const end = performance.now() + lastsMs;
    for (let sent = 0; performance.now() < end; sent += 1) {
      signal(target.pids().main, 'SIGHUP');
      if (sent % 7 === 0) {
        const text = configOf(site, target.name, random.between(1, 9));
        const kinds = [text, text.slice(0, random.between(0, text.length)), '', 'vrrp: [', text.repeat(2)];
        director.writeConfig(random.pick(kinds));
      }
      await pause(10);
    }
    director.writeConfig(configOf(site, target.name));
    return async () => signal(target.pids().main, 'SIGHUP');
  },
};

const noBuffers: Fault = {
  name: 'more news from the kernel than a socket holds',
  gentle: true,
  lastsMs: [300, 1500],
  inject: async ({ site, target }) => {
    const ip = (...words: string[]) => run(['ip', '-n', target.host.netns, ...words]);
    const batch = join(site.lab.directory('batch'), 'batch');
    await ip('link', 'add', 'soak', 'type', 'veth', 'peer', 'name', 'soak1');
    const { main, vrrp } = target.pids();
    for (const pid of [main, vrrp]) signal(pid, 'SIGSTOP');
    const addresses = Array.from(
      { length: 4000 },
      (_, index) => `10.${99 + (index >> 8)}.${index & 0xff}.1/32`,
    );
    writeFileSync(batch, addresses.map((address) => `address add ${address} dev soak\n`).join(''));
    await ip('-batch', batch);
    return async () => {
      for (const pid of [main, vrrp]) signal(pid, 'SIGCONT');
      await ip('link', 'del', 'soak');
    };
  },
};

const tableFault = (name: string, inject: Fault['inject']): Fault => ({
  name,
  gentle: true,
  lastsMs: [300, 2000],
  lacks: needsTable,
  bound: (lastsMs) => ({ missingMs: lastsMs + repairMs }),
  inject,
});

export const otherFaults: readonly Fault[] = [
  hups,
  // Stopped for longer than its Active_Down_Interval it gives the role up, as after any stall.
  { ...noBuffers, bound: () => ({ twoHoldersMs: usual.twoHoldersMs + 1500 }) },
  tableFault('a stranger clears the table', async ({ target }) => {
    await target.host.run('ipvsadm', '-C');
    return async () => {};
  }),
  tableFault('a stranger takes servers out', async ({ target, random, lastsMs }) => {
    const end = performance.now() + lastsMs;
    while (performance.now() < end) {
      const table = await target.host.run('ipvsadm', '-S', '-n');
      const entries = table.split('\n').filter((line) => line.startsWith('-a'));
      const [, service, server] =
        /-t (\S+) -r (\S+)/.exec(random.pick(entries.length > 0 ? entries : [''])) ?? [];
      if (service !== undefined && server !== undefined)
        await target.host.attempt('ipvsadm', '-d', '-t', service, '-r', server);
      await pause(200);
    }
    return async () => {};
  }),
  tableFault('IPVS is taken out of the kernel', async ({ target, other }) => {
    for (const { host } of [target, other]) await host.run('ipvsadm', '-C');
    // Refused while anything is in a table again; then that is all that happened.
    await target.host.attempt('modprobe', '-r', 'ip_vs_wrr', 'ip_vs');
    return async () => void (await target.host.attempt('modprobe', '-a', 'ip_vs', 'ip_vs_wrr'));
  }),
];
