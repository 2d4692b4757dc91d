// A daemon whose files are replaced by a build that cannot even run, and then taken away: until it is restarted it goes on with
// its own, a check that it has never made before and a VRRP process started anew included. (Between dpkg's unpacking and its
// postinst a director is in that state.)
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../harness/checkout.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Director, type LoggedEvent, startDirector } from '../harness/programs.ts';
import { steadyRouter } from '../vrrp/router-config.ts';

let lab: Lab;
let host: Host;
let dist: string;
let director: Director;
const limit = { timeoutMs: 60_000 };
const config = steadyRouter('10.9.0.9/24');

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('a');
  await lab.attach(host, await lab.lan('lan'), { addresses: ['10.9.0.1/24'] });
  const installed = lab.directory('installed');
  dist = join(installed, 'dist');
  cpSync(join(checkoutRoot, 'dist'), dist, { recursive: true });
  cpSync(join(checkoutRoot, 'package.json'), join(installed, 'package.json'));
  director = startDirector(lab, host, { config, main: join(dist, 'main.js') });
  await director.waitFor('vrrp.transition', ({ to }) => to === 'active', limit);
});
afterEach(() => lab.dispose());

describe('a daemon whose files are another build by now', () => {
  it('checks in a way that it never has, starts its VRRP process anew, and hands over', async () => {
    for (const name of ['program', 'code-cache']) rmSync(join(dist, name), { recursive: true, force: true });
    writeFileSync(join(dist, 'program'), 'lvs-director 2 2'.padEnd(31).concat('\n{}'));
    const byName = await host.attempt(process.execPath, join(dist, 'main.js'), '--version');
    expect(byName.stderr).toContain('expected format 1, got format 2');

    const { pid } = await director.waitFor('vrrp.process_started');
    await host.attempt('kill', '-KILL', String(pid));
    const another = (event: LoggedEvent) => event.pid !== pid;
    await director.waitFor('vrrp.process_started', another, limit);
    await director.waitFor('vrrp.process_lost', ({ action }) => action === 'restarted, resumes', limit);

    director.writeConfig(`${config}
checkinterval: 1
virtual:
  - address: 10.9.0.9:53
    protocol: udp
    service: dns
    request: example.org
    real: [127.0.0.1:53 masq]
`);
    await director.cli('reload');
    const { reason } = await director.waitFor('real.down', undefined, limit);
    expect(String(reason)).not.toMatch(/Cannot (?:load|find)/);

    director.running.signal('SIGTERM');
    expect(await director.running.exited).toBe(0);
    expect(director.events().filter(({ event }) => event === 'daemon.fault')).toEqual([]);
  });
});
