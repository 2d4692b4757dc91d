// Runs what the doctor prints, as a user would who copies it: `ssh ADDRESS` leads to the host of the lab that has the
// address, and `lvs-director` is the one that was built.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Lab } from '../harness/namespaces.ts';
import { run } from '../harness/process.ts';
import { daemonMain } from '../harness/programs.ts';

/** @returns obeys a command in the namespace of a host, or outside all of them. */
export function createObey(
  lab: Lab,
  hosts: Readonly<Record<string, Host>>,
): (command: string, on?: Host) => Promise<string> {
  const bin = lab.directory('bin');
  const cases = Object.entries(hosts).map(([address, { netns }]) => `${address}) to=${netns};;`);
  const programs = {
    ssh: `case $1 in ${cases.join(' ')} esac; shift; exec ip netns exec $to "$@"`,
    'lvs-director': `exec ${process.execPath} ${daemonMain} "$@"`,
  };
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const path = ['env', `PATH=${bin}:${process.env.PATH}`];
  return (command, on) =>
    run([...(on === undefined ? [] : ['ip', 'netns', 'exec', on.netns]), ...path, 'sh', '-c', command]);
}
