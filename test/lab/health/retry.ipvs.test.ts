// Servers that fail, seen by keepalived and by our daemon on its converted file: each server sees how long the tries of
// either go on, and how far they are apart, until it is out; MISC_CHECK runs with its own arguments in both.
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';

let lab: Lab;

beforeEach(() => {
  lab = createLab();
});
afterEach(() => lab.dispose());

/** Each server has a program that succeeds while its file is there, and writes down when it ran and with what. */
const cases = [
  { name: 'defaults', more: '', gapsMs: [] },
  { name: 'retries', more: 'retry 3\ndelay_before_retry 2', gapsMs: [2000, 2000, 2000] },
  { name: 'slower', more: 'retry 1\ndelay_before_retry 7', gapsMs: [7000] },
  { name: 'inherited', more: '', outer: 'retry 2\ndelay_before_retry 1.5', gapsMs: [1500, 1500] },
] as const;
const delayLoop = 4;

function fileFor(host: Host, folder: string): string {
  const program = join(folder, `${host.name}-check`);
  const script = `#!/bin/sh
echo "$(date +%s%3N) $#" "$@" >>"$1.${host.name}"
exec test -e "$1"
`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  const services = cases.map(({ name, more, ...rest }, index) => {
    const outer = 'outer' in rest ? rest.outer : '';
    const check = `MISC_CHECK {\nmisc_path "${program} ${join(folder, name)} 'a b' ''"\nmisc_timeout 3\n${more}\n}`;
    return `virtual_server 10.9.9.${index + 1} 80 {
alpha
delay_loop ${delayLoop}
protocol TCP
lb_algo rr
lb_kind NAT
${outer}
real_server 10.7.0.2 80 {
${check}
}
}`;
  });
  return `global_defs {\nscript_user root\n}\n${services.join('\n')}\n`;
}

type Run = { readonly atMs: number; readonly words: string };

const runs = (folder: string, name: string, host: Host): readonly Run[] => {
  const file = join(folder, `${name}.${host.name}`);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  return lines.map((line) => {
    const [at = '', ...words] = line.split(' ');
    return { atMs: Number(at), words: words.join(' ') };
  });
};

const isServed = async (host: Host, index: number) =>
  (await host.run('ipvsadm', '-S', '-n'))
    .split('\n')
    .some((line) => line.startsWith('-a') && line.includes(`10.9.9.${index + 1}:80 `));

it('a program runs with its own arguments, and a server that fails is out after as many tries, as far apart', {
  ...byTheClock('a program says itself when it was run'),
}, async () => {
  const [theirs, ours] = await Promise.all([lab.host('ka'), lab.host('lvs1')]);
  const lan = await lab.lan('lan');
  await lab.attach(theirs, lan, { addresses: ['10.7.0.1/24'] });
  await lab.attach(ours, lan, { addresses: ['10.7.0.3/24'] });
  const folder = lab.directory('checks');
  for (const { name } of cases) writeFileSync(join(folder, name), '');
  startKeepalived(lab, theirs, fileFor(theirs, folder));
  const source = join(folder, 'keepalived.conf');
  writeFileSync(source, fileFor(ours, folder));
  const { stdout, stderr } = await ours.attempt(process.execPath, daemonMain, 'convert', source);
  expect(stderr).toBe('');
  startDirector(lab, ours, {
    config: `director: {control_socket: $CONTROL, state_dir: $STATE}\nipvs: {resync_interval: 1s}\n${stdout}`,
  });
  const hosts = [theirs, ours];
  const all = async (served: boolean) =>
    (
      await Promise.all(
        hosts.flatMap((host) => cases.map(async (_, index) => (await isServed(host, index)) === served)),
      )
    ).every(Boolean);
  await waitUntil(() => all(true), { timeoutMs: 60_000, everyMs: 300, what: 'all servers are in' });
  for (const { name } of cases) rmSync(join(folder, name));
  const goneMs = Date.now();
  await waitUntil(() => all(false), { timeoutMs: 60_000, everyMs: 200, what: 'all servers are out' });
  for (const { name, gapsMs } of cases) {
    for (const host of hosts) {
      const failed = runs(folder, name, host).filter(({ atMs }) => atMs > goneMs);
      const gaps = failed.slice(1).map(({ atMs }, index) => atMs - (failed[index]?.atMs ?? 0));
      const where = `${name} by ${host.name}: ${gaps}`;
      expect(failed[0]?.words, where).toBe(`3 ${join(folder, name)} a b `);
      expect(failed.length, where).toBeGreaterThan(gapsMs.length);
      for (const [index, wanted] of gapsMs.entries()) {
        expect(gaps[index], where).toBeGreaterThan(wanted - 500);
        expect(gaps[index], where).toBeLessThan(wanted + 1500);
      }
      // And then it is out: the next one is a whole delay_loop away.
      const next = gaps[gapsMs.length];
      if (next !== undefined) expect(next, where).toBeGreaterThan((delayLoop * 1000) / 2 - 100);
    }
  }
});
