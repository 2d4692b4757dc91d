// `ipvs list` and `ipvs save` beside ipvsadm, to the letter, over a table with every feature; and `plan` and `where`
// as commands.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/run-command-line.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { daemonMain, startDirector, startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';

let lab: Lab;
let director: Host;
let client: Host;

beforeAll(async () => {
  lab = createLab();
  director = await lab.host('director');
  client = await lab.host('client');
  const lan = await lab.lan('lan');
  await lab.attach(director, lan, { addresses: ['192.168.6.1/24', '192.168.6.240/32', 'fd00::1/64'] });
  await lab.attach(client, lan, { addresses: ['192.168.6.9/24'] });
  await startNginx(lab, director, { listen: ['192.168.6.1:8080'], body: 'fine' });
});
afterAll(() => lab?.dispose());

/** As `ipvsadm -R` reads it; what it cannot say stands in the cases below. */
const rules = `-A -t 192.168.6.240:80 -s wlc -p 360 -M 255.255.255.0
-a -t 192.168.6.240:80 -r 192.168.6.1:8080 -m -w 70000
-a -t 192.168.6.240:80 -r 10.200.200.200:8080 -m -w 0
-A -t 192.168.6.246:80 -s wlc -p 360 -M 255.0.255.0
-A -u 192.168.6.240:53 -s rr -o
-a -u 192.168.6.240:53 -r 192.168.6.9:53 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum
-a -u 192.168.6.240:53 -r 192.168.6.10:53 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum
-a -u 192.168.6.240:53 -r 192.168.6.11:53 -i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum
-a -u 192.168.6.240:53 -r 192.168.6.12:53 -i -w 1 --tun-type gre --tun-csum
-a -u 192.168.6.240:53 -r 192.168.6.13:53 -i -w 1 --tun-type gre --tun-nocsum
-a -u 192.168.6.240:53 -r 192.168.6.14:53 -i -w 1 --tun-type ipip
-A --sctp-service 192.168.6.240:99 -s sh -b sh-fallback,sh-port
-a --sctp-service 192.168.6.240:99 -r 192.168.6.2:99 -g -w 1
-A -u 192.168.6.240:5060 -s mh -p 360 -M 255.255.0.0 --pe sip -o -b mh-fallback,mh-port
-A -u 192.168.6.240:5061 -s rr -p 360 --pe sip
-a -u 192.168.6.240:5061 -r 192.168.6.77:5061 -g -w 1
-A -t 9.9.9.9:0 -s dh -p 300
-A -t 130.9.9.9:80 -s ovf
-a -t 130.9.9.9:80 -r 1.2.3.4:80 -m -w 1
-a -t 130.9.9.9:80 -r 100.2.3.4:80 -m -w 1
-a -t 130.9.9.9:80 -r 200.2.3.4:80 -m -w 1
-a -t 130.9.9.9:80 -r 100.2.3.4:79 -m -w 1
-A -t [2001:db8::240]:80 -s mh -b mh-port
-a -t [2001:db8::240]:80 -r [2001:db8::2]:80 -g -w 1
-A --sctp-service [2001:db8:1111:2222:3333:4444:5555:6666]:65535 -s fo -p 360 -M 64
-a --sctp-service [2001:db8:1111:2222:3333:4444:5555:6666]:65535 -r [2001:db8:1111:2222:3333:4444:5555:7777]:65535 -m -w 1
-A -f 7 -s lblcr
-a -f 7 -r 192.168.6.3:0 -g -w 1
-A -f 7 -6 -s nq
-a -f 7 -6 -r [2001:db8::3]:0 -g -w 1
-A -f 2147483647 -s wrr -b flag-1,flag-3
`;
const mixed = `-a -t 192.168.6.240:80 -r [2001:db8::7]:80 -i -w 1
-a -t 192.168.6.240:80 -r 250.1.1.1:80 -i -w 1
-a -t [2001:db8::240]:80 -r 100.1.1.1:80 -i -w 1
-a -t [2001:db8::240]:80 -r [fd00::7]:80 -i -w 1
`;

/** Each with its servers. A table that was flushed may have them in another order (Linux 7.1: a random key). */
const services = (saved: string) => saved.split(/^(?=-A)/m).sort();
const restore = (text: string) => run(['ip', 'netns', 'exec', director.netns, 'ipvsadm', '-R'], 20_000, text);
const cli = (...words: readonly string[]) => director.attempt(process.execPath, daemonMain, ...words);

/** In this process, which is much faster than a new one, and inside the director's namespace until it is done. */
async function ipvs(words: string): Promise<string> {
  const [out, errors]: [string[], string[]] = [[], []];
  const io = {
    stdout: (text: string) => void out.push(text),
    stderr: (text: string) => void errors.push(text),
  };
  const leave = enter(director);
  const status = await runCommandLine(['ipvs', ...words.split(' ')], io).finally(leave);
  expect(`${status} ${errors.join('')}`).toBe('0 ');
  return out.join('');
}

/** Counters and clocks go on between the two: ipvsadm before and after, and no matter how long an entry has yet. */
async function compare(theirs: string, ours: string): Promise<void> {
  const clockless = (text: string) => text.replaceAll(/ \d\d:\d\d /g, ' mm:ss ');
  const before = clockless(await director.run('ipvsadm', ...theirs.split(' ')));
  const shown = clockless(await ipvs(ours));
  if (shown !== before) expect(shown).toBe(clockless(await director.run('ipvsadm', ...theirs.split(' '))));
  expect(shown.length).toBeGreaterThan(30);
}

describe('ipvs list', () => {
  beforeAll(async () => {
    await restore(rules);
    const limits = '-e -t 192.168.6.240:80 -r 10.200.200.200:8080 -m -w 0 -x 100 -y 50';
    await director.run('ipvsadm', ...limits.split(' '));
    // One datagram, and it may be lost: the first of all while its receiver is looked for.
    const call = `
      use IO::Socket::INET;
      my $socket = IO::Socket::INET->new(Proto => 'udp', PeerAddr => '192.168.6.240:5061') or die;
      syswrite($socket, "OPTIONS sip:a SIP/2.0\\r\\nCall-ID: a84b4c76e66710\\@pc33\\r\\n\\r\\n");`;
    const called = async () => {
      await client.run('perl', '-e', call);
      return (await director.run('ipvsadm', '-Lcn', '--persistent-conn')).includes('a84b4c76e66710');
    };
    await waitUntil(called, { what: 'a call is known by its name', everyMs: 500 });
    for (let n = 0; n < 3; n += 1) await client.run('curl', '-sm', '5', 'http://192.168.6.240/');
  });

  it.each([
    ['-Ln', 'list'],
    ['-Ln --nosort', 'list --nosort'],
    ['-Ln --stats', 'list --stats'],
    ['-Ln --stats --exact', 'list --stats --exact -n'],
    ['-Ln --rate', 'list --rate'],
    ['-Ln --thresholds', 'list --thresholds'],
    ['-Ln --persistent-conn', 'list --persistent'],
    ['-Ln --tun-info', 'list --tun-info'],
    ['-Ln --timeout', 'list --timeout'],
    ['-Lcn', 'list --connections'],
    ['-Lcn --persistent-conn', 'list -c --persistent-conn'],
  ])('is ipvsadm %s', compare);

  it('shows one service without the first line', async () => {
    const { stdout } = await cli('ipvs', 'list', '--service', 'tcp 192.168.6.240:80');
    expect(stdout).toBe(await director.run('ipvsadm', '-Ln', '-t', '192.168.6.240:80'));
  });

  it('shows the traffic that there was, as JSON too', async () => {
    const traffic = async () => {
      const { stdout } = await cli('ipvs', 'list', '--json', '--service', 'tcp 192.168.6.240:80');
      const { services } = JSON.parse(stdout) as {
        services: { name: string; traffic: { connections: number } }[];
      };
      return services.map((each) => `${each.name} ${each.traffic.connections}`);
    };
    // The kernel adds up each two seconds what its processors have counted.
    await expect.poll(traffic).toEqual(['tcp 192.168.6.240:80 3']);
    const connections = JSON.parse(await ipvs('list -c --json')) as { state: string }[];
    expect(connections.map(({ state }) => state)).toContain('ASSURED');
    expect(await ipvs('list -c --persistent')).toMatch(/sip +a84b4c76e66710@pc33\n/);
  });

  it('shows sync daemons', async () => {
    await director.run('ipvsadm', '--start-daemon', 'master', '--mcast-interface', 'eth0', '--syncid', '7');
    await director.run(
      'ipvsadm',
      '--start-daemon',
      'backup',
      '--mcast-interface',
      'eth0',
      '--syncid',
      '8',
      '--mcast-group',
      'ff02::99',
    );
    await compare('-Ln --daemon', 'list --daemon');
    for (const state of ['master', 'backup']) await director.run('ipvsadm', '--stop-daemon', state);
  });

  it('needs rights, and says which', async () => {
    const { status, stderr } = await director.attempt(
      'setpriv',
      '--bounding-set=-net_admin',
      '--inh-caps=-net_admin',
      process.execPath,
      daemonMain,
      'ipvs',
      'list',
    );
    expect(`${status} ${stderr}`).toBe('1 Cannot read IPVS: root, or CAP_NET_ADMIN (EPERM)\n');
  });
});

describe('ipvs save', () => {
  it('is ipvsadm -Sn, and ipvsadm -R makes the same table of it', async () => {
    await director.run('ipvsadm', '-C');
    await restore(rules);
    await compare('-Sn', 'save');
    const saved = await ipvs('save');
    expect(saved.trim().split('\n').toSorted()).toEqual(rules.trim().split('\n').toSorted());
    await director.run('ipvsadm', '-C');
    await restore(saved);
    expect(services(await ipvs('save -n'))).toEqual(services(saved));
  });

  it('keeps what ipvsadm -S loses: thresholds', async () => {
    await director.run('ipvsadm', '-C');
    await restore(`${rules}-a -f 7 -r 192.168.6.4:0 -g -w 1 -x 9 -y 4\n`);
    const saved = await ipvs('save');
    expect(saved).toContain('-a -f 7 -r 192.168.6.4:0 -g -w 1 -x 9 -y 4\n');
    await director.run('ipvsadm', '-C');
    await restore(saved);
    expect(await director.run('ipvsadm', '-Ln', '--thresholds')).toContain(
      '192.168.6.4:0                9          4',
    );
  });

  it('and list stay beside ipvsadm when families are mixed', async () => {
    await director.run('ipvsadm', '-C');
    await restore(rules + mixed);
    await compare('-Ln', 'list');
    await compare('-Sn', 'save');
  });
});

const config = `director: {control_socket: $CONTROL, state_dir: $STATE}
checkinterval: 1
virtual:
  - address: 192.168.6.240:80
    checktype: connect
    scheduler: sh
    slow_start: 60
    real:
      - 192.168.6.1:8080 masq 50
`;

describe('plan and where', () => {
  it('plan says by its exit code whether anything changes, and knows the slow start of the daemon', async () => {
    await director.run('ipvsadm', '-C');
    const folder = lab.directory('plan');
    const file = join(folder, 'lvs-director.yaml');
    writeFileSync(file, config.replace('$CONTROL', join(folder, 'none.sock')).replace('$STATE', folder));
    const bare = await cli('plan', '-c', file, '--detailed-exitcode');
    expect(bare).toMatchObject({
      status: 2,
      stderr: 'No daemon answers here: every server is taken for up\n',
    });
    expect(bare.stdout).toContain('+ tcp 192.168.6.240:80');
    expect((await cli('plan', '-c', file)).status).toBe(0);
    const running = startDirector(lab, director, { config });
    await running.waitFor('real.up');
    const plan = await cli('plan', '-c', running.configFile, '--detailed-exitcode');
    // The weight grows by the second: nothing to change, or one step of it.
    const grown = /^ {2}tcp 192\.168\.6\.240:80\n~ +192\.168\.6\.1:8080 +-m -w (\d+) -> -m -w (\d+)\n/.exec(
      plan.stdout,
    );
    if (grown !== null) expect(Number(grown[2]) - Number(grown[1])).toBeLessThanOrEqual(3);
    else expect(plan.status).toBe(0);
    const where = await cli('where', '192.168.6.9:40000', '192.168.6.240:80/tcp', '-c', running.configFile);
    expect(where.stdout).toContain('server   192.168.6.1:8080 masq');
    expect(where.status).toBe(0);
    const nobody = await cli('where', '192.168.6.9:40000 -> 192.168.6.241:80');
    expect(nobody).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('no service for this address'),
    });
    await running.running.stop();
  });
});
