// A server that flaps, as the whole daemon sees it: held, with a penalty that grows, out of the kernel's table as long as
// another serves and in it when none does; through a reload; until the operator speaks for it.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { startDirector } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
});
afterEach(() => lab.dispose());

const [flapper, other] = ['127.0.0.2', '127.0.0.3'];
const real = `${flapper}:8080`;
const config = (more = '') => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: json}
checkinterval: 500ms
flap_hold: 6s
flap_count: 2
${more}
virtual:
  - {address: '10.9.9.9:80', scheduler: rr, checktype: connect, real: [${real} masq 5, ${other}:8080 masq 5]}
`;

/** Takes connections and closes them, as a connect check does. */
async function listen(address: string): Promise<Running> {
  const serve = `
    use IO::Socket::INET; $| = 1;
    my $server = IO::Socket::INET->new(LocalAddr => '${address}:8080', Listen => 9, ReuseAddr => 1) or die $!;
    print "listening\\n";
    while (my $client = $server->accept) { close $client }`;
  const running = host.start(['perl', '-e', serve]);
  await running.waitFor(/listening/, { timeoutMs: 60_000 });
  return running;
}

const holds = (...wanted: readonly string[]) =>
  waitUntil(
    async () => {
      const lines = (await host.run('ipvsadm', '-S', '-n')).split('\n');
      const found = lines.flatMap((line) => /-r (\S+):8080 .*-w (\d+)/.exec(line)?.slice(1).join(' ') ?? []);
      return JSON.stringify(found.sort()) === JSON.stringify(wanted);
    },
    { what: `the table holds ${wanted.join(', ')}`, timeoutMs: 60_000 },
  );

it('a flapping server is held longer and longer, but serves where no other does', async () => {
  const director = startDirector(lab, host, { config: config() });
  let [server, second] = await Promise.all([listen(flapper), listen(other)]);
  await holds(`${flapper} 5`, `${other} 5`);
  /** Down and up again; what is told of its return. */
  const flap = async (event: string) => {
    const after = director.running.lineCount();
    await server.stop();
    await director.waitFor('real.down', (down) => down.real === real, { after, timeoutMs: 60_000 });
    server = await listen(flapper);
    return director.waitFor(event, (back) => back.real === real, { after, timeoutMs: 60_000 });
  };
  await flap('real.up');
  expect(await flap('real.flapping')).toMatchObject({ falls: 2, within_s: 300, hold_s: 6 });
  await holds(`${other} 5`);
  expect(await director.waitFor('real.up', ({ held_s: held }) => held !== undefined)).toMatchObject({ real });
  await holds(`${flapper} 5`, `${other} 5`);

  // From here on longer than the test takes: the penalty goes through the reload, and is doubled.
  director.writeConfig(config('flap_hold_max: 1h').replace('flap_hold: 6s', 'flap_hold: 10m'));
  const before = director.running.lineCount();
  director.running.signal('SIGHUP');
  await director.waitFor('daemon.reloaded', () => true, { after: before, timeoutMs: 60_000 });
  expect(await flap('real.flapping')).toMatchObject({ hold_s: 1200 });
  await holds(`${other} 5`);
  await second.stop();
  await holds(`${flapper} 5`);
  second = await listen(other);
  await holds(`${flapper} 0`, `${other} 5`);

  const why = await director.cli('why', real);
  expect(why.stdout).toContain('  verdict  held\n');
  expect(why.stdout).toMatch(/flapping held for 1\d min \d+ s more, as it fell 2 time\(s\) lately/);
  expect((await director.cli('status')).stdout).toMatch(/127\.0\.0\.2:8080 +held +0 /);
  expect(await director.cli('enable', real)).toMatchObject({ status: 0 });
  await holds(`${flapper} 5`, `${other} 5`);
});
