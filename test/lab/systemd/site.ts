// A pair of machines that systemd runs, with two web servers and a client on their LAN, and what tests ask of them.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJournaldEntry } from '../../../src/journal/parse-journald-entry.ts';
import { checkoutRoot } from '../harness/checkout.ts';
import { hostOn } from '../harness/host-on.ts';
import type { Host, Lab, Lan } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { startNginx } from '../harness/programs.ts';
import { type Machine, startMachine } from '../harness/systemd/machine.ts';

export const vip = '10.77.0.240';
export const configFile = '/etc/lvs-director/lvs-director.yaml';

/** The same file on both. */
export const pairConfig = `
vrrp:
  - name: VI_1
    interface: eth0
    virtual_router_id: 51
    priority: {lvs1: 150, lvs2: 100}
    virtual_ipaddress: [${vip}/24]
checkinterval: 5
checktimeout: 3
virtual:
  - address: ${vip}:80
    scheduler: wlc
    service: http
    request: /index.html
    receive: Test Page
    fallback: 127.0.0.1:80 gate
    real: [10.77.0.11:80 gate 5, 10.77.0.12:80 gate 5]
`;

export type Site = { readonly lab: Lab; readonly lan: Lan; readonly client: Host };

export async function createSite(lab: Lab): Promise<Site> {
  const lan = await lab.lan('lan');
  for (const [name, address] of [
    ['r1', '10.77.0.11/24'],
    ['r2', '10.77.0.12/24'],
  ] as const) {
    await startNginx(lab, await hostOn(lab, lan, name, address), { listen: ['80'], body: 'Test Page' });
  }
  return { lab, lan, client: await hostOn(lab, lan, 'client', '10.77.0.100/24') };
}

/** With that file in its place; nothing is started. */
export async function director({ lab, lan }: Site, name: 'lvs1' | 'lvs2', config: string): Promise<Machine> {
  const machine = await startMachine(lab, lan, name, `10.77.0.${name === 'lvs1' ? 1 : 2}/24`);
  await writeConfig(machine, config);
  return machine;
}

export const writeConfig = (machine: Machine, text: string): Promise<string> =>
  // As an editor of root's leaves it: readable to the daemon by the group that it has of its folder.
  machine.run(`umask 027; cat >${configFile}`, text);

/** Two packages that differ in nothing but their version: `/var/tmp/VERSION.deb` on each of the machines. */
export async function copyPackages(
  lab: Lab,
  machines: readonly Machine[],
  versions: readonly string[],
): Promise<void> {
  for (const version of versions) {
    const folder = lab.directory('package');
    const settings = [`OUT=${folder}`, `VERSION=${version}`, 'COMPRESS=none'];
    const command = ['env', ...settings, 'node', join(checkoutRoot, 'scripts', 'package.mjs'), 'deb-nodejs'];
    const file = (await run(command, 240_000)).trim();
    const text = readFileSync(file).toString('base64');
    // Through its input: it has a /tmp of its own.
    for (const machine of machines) await machine.run(`base64 -d >/var/tmp/${version}.deb`, text);
  }
}

/** Of the host's Node, which may be no package of dpkg's. */
export const dpkg = 'dpkg --force-depends --force-downgrade';

export const isActiveUnit = async (machine: Machine): Promise<boolean> =>
  (await machine.attempt('systemctl is-active -q lvs-director')).status === 0;

export const holds = async (machine: Machine, address = vip): Promise<boolean> =>
  (await machine.attempt('ip -o address show')).stdout.includes(` ${address}/`);

/** The unit runs, and the address is here. */
export const serves = (machine: Machine): Promise<boolean> =>
  waitUntil(async () => (await isActiveUnit(machine)) && (await holds(machine)), {
    timeoutMs: 90_000,
    everyMs: 200,
    what: `${machine.name} serves`,
  });

/** Of the unit, as `systemctl show` has them. */
export async function property(machine: Machine, name: string): Promise<string> {
  return (await machine.run(`systemctl show -P ${name} lvs-director`)).trim();
}

/** `$MAIN` and `$VRRP` are the two processes of the daemon. */
export const onProcesses = (machine: Machine, script: string): Promise<string> =>
  machine.run(`MAIN=$(systemctl show -P MainPID lvs-director)
    [ "$MAIN" -gt 1 ] && VRRP=$(pgrep -f vrrp-process -P "$MAIN") || exit 1
    ${script}`);

/** One entry of the journal, and the event that it is. */
export type Entry = Readonly<Record<string, unknown>> & { readonly priority: number; readonly said: string };

/** A place in the journal, for {@link told}. */
export async function mark(machine: Machine): Promise<string> {
  const shown = await machine.run('journalctl -q -n 1 --show-cursor -o cat | tail -1');
  return shown.replace('-- cursor: ', '').trim();
}

/** What the journal has of the unit since that place: events of the daemon with their fields, and lines of others. */
export async function told(machine: Machine, since?: string): Promise<readonly Entry[]> {
  const from = since === undefined ? '' : `--after-cursor='${since}'`;
  const lines = await machine.run(`journalctl -q -a -u lvs-director -o json ${from}`);
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const entry = JSON.parse(line) as Readonly<Record<string, string>>;
      const said = entry.MESSAGE ?? '';
      return { ...parseJournaldEntry(entry)?.record, said, priority: Number(entry.PRIORITY) };
    });
}

/** The first event since that place of that name that fits, once it is there. */
export async function waitToTell(
  machine: Machine,
  event: string,
  { since, fits = () => true }: { since?: string; fits?: (entry: Entry) => boolean } = {},
): Promise<Entry> {
  return waitUntil(
    async () => (await told(machine, since)).find((entry) => entry.event === event && fits(entry)),
    { timeoutMs: 60_000, everyMs: 300, what: `${machine.name} tells ${event}` },
  );
}

/** The address is asked twenty times a second while `work` is done. @returns how many questions had no answer. */
export async function unanswered(client: Host, work: () => Promise<unknown>): Promise<number> {
  const ping = client.start(['ping', '-n', '-i', '0.05', vip]);
  const answers = () => ping.lines().flatMap((line) => /icmp_seq=(\d+) ttl/.exec(line)?.[1] ?? []);
  const goesOn = async (what: string) => {
    const before = answers().length;
    await waitUntil(() => answers().length > before + 20, { timeoutMs: 60_000, what });
  };
  await goesOn('the address answers before');
  const first = Number(answers()[0]);
  await work();
  await goesOn('the address answers afterwards');
  ping.signal('SIGINT');
  await ping.exited;
  return Number(answers().at(-1)) - first + 1 - new Set(answers()).size;
}
