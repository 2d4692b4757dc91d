// Notify scripts of a sync group: keepalived runs a file, our daemon runs what `convert` makes of it, and both scripts are
// told the same of a start, a fault of one member, its return and a stop.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host, Lan } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';
import { createSite, outerVip, type Site, vip } from './tracked-site.ts';

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site?.lab.dispose());

const kinds = ['master', 'backup', 'fault', 'stop'] as const;

/** @param script gets what it is told as arguments */
const keepalivedConf = (script: string) => `
global_defs {
  script_user root
}
vrrp_sync_group VG {
  group {
    VI_1
    VI_2
  }
  notify "${script} all"
${kinds.map((kind) => `  notify_${kind} "${script} ${kind} of VG"`).join('\n')}
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 150
  notify "${script} own"
  virtual_ipaddress {
    ${vip}/24
  }
}
vrrp_instance VI_2 {
  interface eth1
  virtual_router_id 52
  priority 150
  virtual_ipaddress {
    ${outerVip}/24
  }
}
`;

/** A script that notes what it is told, and what was noted. */
function noting(name: string) {
  const script = join(site.folder, name);
  const out = `${script}.out`;
  writeFileSync(out, '');
  writeFileSync(script, `#!/bin/sh\necho "$@" >> ${out}\n`, { mode: 0o755 });
  const lines = () => readFileSync(out, 'utf8').trim().split('\n');
  return { script, told: (word: string) => lines().filter((line) => line.startsWith(`${word} `)) };
}
type Noting = ReturnType<typeof noting>;

/** From start to stop, one link lost and found on the way. */
async function live(running: Running, { told }: Noting, host: Host, link: Lan): Promise<void> {
  const hears = (line: string, times = 1) =>
    waitUntil(() => told('all').filter((each) => each === line).length >= times, {
      what: `${host.name} is told ${line}`,
      timeoutMs: 30_000,
    });
  await hears('all GROUP VG MASTER 0');
  await site.lab.carrier(host, link, false);
  await hears('all GROUP VG FAULT 0');
  await site.lab.carrier(host, link, true);
  await hears('all GROUP VG MASTER 0', 2);
  running.signal('SIGTERM');
  await running.exited;
  await hears('all GROUP VG STOP 0');
}

describe('the notify scripts of a sync group', () => {
  it("are told what keepalived's are, once a group, after the members", async () => {
    const { lab, hostA, outside } = site;
    const theirs = noting('theirs');
    const keepalived = startKeepalived(lab, hostA, keepalivedConf(theirs.script));
    await live(keepalived, theirs, hostA, outside);

    const ours = noting('ours');
    const file = join(site.folder, 'keepalived.conf');
    writeFileSync(file, keepalivedConf(ours.script));
    const converted = await hostA.run(process.execPath, daemonMain, 'convert', file);
    const config = `director: {control_socket: $CONTROL, state_dir: $STATE}\n${converted}`;
    const director = startDirector(lab, hostA, { config });
    await live(director.running, ours, hostA, outside);

    expect(ours.told('all')).toEqual(theirs.told('all'));
    for (const kind of kinds) {
      expect(ours.told(kind), kind).toEqual(theirs.told(kind));
      expect(ours.told(kind).length, kind).toBeGreaterThan(0);
    }
    expect(ours.told('own')).toEqual(theirs.told('own'));
  });
});
