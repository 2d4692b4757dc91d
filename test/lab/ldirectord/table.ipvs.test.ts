// What the verbs do to the kernel's table: a stop has ended when the file's entries are out of it, `cleanstop = no` leaves them,
// each file has its own, and where ldirectord itself is installed its table is the same after the same verbs.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../harness/process.ts';
import { createSite, hasStock, isAlive, pidOf, type Site, settled, stock } from './site.ts';

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site.dispose());

const config = (port: number, more = '') =>
  `logfile="/dev/null"\ncheckinterval=1\n${more}virtual=10.8.0.1:${port}\n\treal=10.7.0.2:80 masq 5\n\tchecktype=on\n\tscheduler=rr\n`;
const entriesOf = (...ports: number[]) =>
  ports.flatMap((port) => [`-A -t 10.8.0.1:${port} -s rr`, `-a -t 10.8.0.1:${port} -r 10.7.0.2:80 -m -w 5`]);

const table = async () =>
  (await site.host.run('ipvsadm', '-S', '-n'))
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .sort();
const become = (wanted: readonly string[]) =>
  waitUntil(async () => (await table()).join() === [...wanted].sort().join(), { what: wanted.join('; ') });

async function call(file: string, verb: string, status = 0): Promise<void> {
  const output = await site.call(site.ours, file, verb);
  expect([verb, output.status, output.stderr]).toEqual([verb, status, output.stderr]);
}

describe('the table', () => {
  it('has of each file its own entries, and none of them when its stop has ended, also after a SIGKILL', async () => {
    const [one, other] = [site.file(config(80)), site.file(config(81))];
    await call(one, 'start');
    await call(other, 'start');
    await become(entriesOf(80, 81));
    await call(one, 'stop');
    expect(await table()).toEqual(entriesOf(81).sort());
    const pid = pidOf(other) ?? 0;
    process.kill(pid, 'SIGKILL');
    await waitUntil(() => !isAlive(pid), { what: 'its end' });
    expect(await table()).toEqual(entriesOf(81).sort());
    await call(other, 'start');
    await call(other, 'stop');
    expect(await table()).toEqual([]);
  });

  it('stays as it is through a restart with cleanstop = no, and after a stop', async () => {
    const file = site.file(config(80, 'cleanstop = no\n'));
    await call(file, 'start');
    await become(entriesOf(80));
    let watching = true;
    const seen = (async () => {
      const tables = new Set<string>();
      while (watching) tables.add((await table()).join('\n'));
      return [...tables];
    })();
    await call(file, 'restart');
    watching = false;
    expect(await seen).toEqual([entriesOf(80).sort().join('\n')]);
    await call(file, 'stop');
    expect(await table()).toEqual(entriesOf(80).sort());
  });

  it.skipIf(!hasStock)('is as ldirectord leaves it (skipped where that is not installed)', async () => {
    for (const [more, left] of [
      ['', []],
      ['cleanstop = no\n', entriesOf(80).sort()],
    ] as const) {
      const file = site.file(config(80, more));
      await site.call(stock, file, 'start');
      await settled(file, true);
      await become(entriesOf(80));
      await site.call(stock, file, 'stop');
      await settled(file, false);
      expect(await table()).toEqual(left);
    }
  });
});
