// The real ldirectord runs a file; we run the same file, and what `convert` makes of it, each on a host of its own:
// the kernel's tables are equal, to the letter of `ipvsadm -Sn`, with the servers up and with one of them down. Every
// address of the files is the host's own, so that its nginx answers for all the servers.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { corpusBeside } from '../../make/corpus-beside.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startNginx } from '../harness/programs.ts';

const hasLdirectord = existsSync('/usr/sbin/ldirectord');
const corpus = corpusBeside('ldirectord');

let lab: Lab;
beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

type Site = { readonly host: Host; readonly nginx: Running };

/** Answers every request on port 80 of any address with all that the files look for. */
async function site(name: string): Promise<Site> {
  const host = await lab.host(name);
  for (const network of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '211.100.0.0/16']) {
    await host.run('ip', 'route', 'add', 'local', network, 'dev', 'lo');
  }
  await host.run('ip', '-6', 'route', 'add', 'local', 'fd00:7::/64', 'dev', 'lo');
  const nginx = await startNginx(lab, host, {
    listen: ['80', '[::]:80', '10.7.0.3:8080'],
    body: 'Test Page up GOOD OK',
  });
  return { host, nginx };
}

/** Sorted: the kernel lists the newest first. */
const tableOf = async ({ host }: Site) => (await host.run('ipvsadm', '-S', '-n')).trim().split('\n').sort();

function startLdirectord({ host }: Site, text: string): void {
  const file = join(lab.directory(host.name), 'ldirectord.cf');
  writeFileSync(file, text);
  host.start(['/usr/sbin/ldirectord', '-d', file, 'start']);
}

/** The file as it is, which has no word for a control socket: one such daemon at a time. */
function startOurs({ host }: Site, text: string): void {
  const file = join(lab.directory(host.name), 'ldirectord.cf');
  writeFileSync(file, text);
  host.start([process.execPath, daemonMain, 'run', '-c', file]);
}

async function startConverted({ host }: Site, text: string): Promise<void> {
  const file = join(lab.directory(host.name), 'source.cf');
  writeFileSync(file, text);
  const { stdout, stderr, status } = await host.attempt(process.execPath, daemonMain, 'convert', file);
  expect(status, stderr).toBe(0);
  startDirector(lab, host, { config: `director: {control_socket: $CONTROL, state_dir: $STATE}\n${stdout}` });
}

/** ldirectord changes its table for a while after a start, one ipvsadm after the other: until all say the same. */
async function agree(
  [theirs, ours, again]: Sites,
  fits: (table: readonly string[]) => boolean,
): Promise<void> {
  let tables: readonly (readonly string[])[] = [];
  const equal = async () => {
    tables = [await tableOf(theirs), await tableOf(ours), await tableOf(again)];
    return fits(tables[0] ?? []) && new Set(tables.map((table) => table.join('\n'))).size === 1;
  };
  await waitUntil(equal, { timeoutMs: 60_000, what: 'one table' }).catch(() => undefined);
  const [table = []] = tables;
  expect(fits(table), table.join('\n')).toBe(true);
  expect(tables).toEqual([table, table, table]);
}

type Sites = readonly [theirs: Site, ours: Site, again: Site];

/** ldirectord, we with the same file, and we with what `convert` made of it. */
async function start(text: string): Promise<Sites> {
  const sites: Sites = [await site('ld'), await site('cf'), await site('yaml')];
  startLdirectord(sites[0], text);
  startOurs(sites[1], text);
  await startConverted(sites[2], text);
  return sites;
}

/** What is no part of the table: files and programs of the machine that wrote the file. */
const withoutLogs = (text: string) => text.replace(/^(logfile|callback|maintenancedir)\s*=.*$/gm, '#');

const everyKind = `checktimeout=1
checkinterval=1
quiescent=no

virtual=10.8.0.1:80
	real=10.7.0.2:80 masq 5
	real=10.7.0.3:8080 masq 4 l:50 u:100
	service=http
	checktype=connect
	scheduler=wlc
	fallback=127.0.0.1:80 masq
	persistent=300
	netmask=255.255.255.0
virtual=10.8.0.1:81
	real=10.7.0.2->10.7.0.3:81 gate 7
	checktype=on
	scheduler=sh
	schedflags=sh-port
virtual=10.8.0.2:53
	real=10.7.0.2:53 ipip
	protocol=udp
	scheduler=rr
	ops=yes
	checktype=on
virtual=7
	real=10.7.0.2 gate 3
	checktype=on
	scheduler=mh
virtual6=[fd00:7::1]:80
	real6=[fd00:7::2]:80 masq 2
	real6=[fd00:7::3]:80 gate 2
	checktype=connect
	scheduler=lc
`;

const fromCorpus = [
  { name: 'debian-example.cf', lines: 4 },
  { name: 'openstack-ha-blog-lvs-nat.cf', lines: 4 },
];

describe.skipIf(!hasLdirectord)('ldirectord (skipped where it is not installed) and we', () => {
  it('make one table of every kind of service, with servers and without', async () => {
    const sites = await start(everyKind);
    await agree(sites, (table) => table.length === 13 && !table.join().includes('127.0.0.1'));
    for (const { nginx } of sites) nginx.signal('SIGTERM');
    await agree(sites, (table) => table.length === 10 && table.join().includes('-r 127.0.0.1:80 -m'));
  });

  it.skipIf(!existsSync(corpus)).each(fromCorpus)('make one table of $name', async ({ name, lines }) => {
    const sites = await start(withoutLogs(readFileSync(join(corpus, name), 'utf8')));
    await agree(sites, (table) => table.length === lines && !table.join().includes('127.0.0.1'));
  });
});
