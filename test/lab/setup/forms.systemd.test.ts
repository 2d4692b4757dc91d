// What `realserver --format systemd-networkd` writes, judged by systemd-networkd on a machine that systemd runs: after a
// reboot all of it is there again, the script's own check finds nothing wrong, and the journal has no word of complaint.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Machine, startMachine } from '../harness/systemd/machine.ts';
import { printedScript } from './printed-script.ts';

const lab = createLab();
let machine: Machine;

beforeAll(async () => {
  machine = await startMachine(lab, await lab.lan('lan'), 'web', '10.77.0.11/24');
});
afterAll(() => lab.dispose());

async function reboot(): Promise<void> {
  const before = machine.boots();
  await machine.attempt('systemctl reboot');
  await waitUntil(() => machine.boots() > before || undefined, { what: 'it boots', timeoutMs: 120_000 });
  await machine.up();
  // Its unit does not run where a part of /proc/sys may not be written.
  await machine.attempt('/lib/systemd/systemd-sysctl');
}

/** Once networkd has done what it can. */
async function settled(script: string, done: RegExp): Promise<void> {
  let last = '';
  const isThere = async () => {
    last = (await machine.attempt(script)).stdout;
    return done.test(last);
  };
  await waitUntil(isThere, { what: `${script}: ${done}`, timeoutMs: 12_000 }).catch((error: unknown) => {
    throw new Error(`${error}; it says ${last}`);
  });
}

const complaints = async (): Promise<string> =>
  (
    await machine.attempt(
      "journalctl -b -q -o cat -u systemd-networkd | grep -Ei 'unknown (key|section|lvalue)|ignoring|invalid|failed to parse|could not set|assignment outside'",
    )
  ).stdout;

const cases = [
  {
    title: 'dr: the VIPs on lo, and silence',
    words: ['realserver', 'dr', '--vip', '10.77.0.240:80,[fd77::240]:80'],
    there: 'ip -o address show dev lo',
    done: /10\.77\.0\.240\/32[\s\S]*fd77::240\/128|fd77::240\/128[\s\S]*10\.77\.0\.240\/32/,
  },
] as const;

describe('systemd-networkd', () => {
  it.each(cases)('$title', async ({ words, there, done }) => {
    const script = await printedScript(...words, '--format', 'systemd-networkd');
    const before = (await machine.attempt(there)).stdout.trim();
    await machine.run('cat >/var/tmp/script', script);
    await machine.run('sh /var/tmp/script');
    await settled(there, done);
    await machine.run('sh /var/tmp/script check');
    await reboot();
    await settled(there, done);
    await machine.run('sh /var/tmp/script check');
    expect(await complaints()).toBe('');
    await machine.run('sh /var/tmp/script undo');
    await reboot();
    expect((await machine.attempt(there)).stdout.trim()).toBe(before);
    expect((await machine.attempt('ls /etc/systemd/network')).stdout.trim()).toBe('eth0.network');
  });
});
