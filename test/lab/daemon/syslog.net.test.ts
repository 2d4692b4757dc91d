// The log at a real rsyslogd: over its socket, UDP and TCP, in both forms. It hangs, dies and comes back, a disk is full: the
// daemon goes on, each place has the whole story in the end, and those that work say of the others that they do not.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { facilities, type LogLevel } from '../../../src/model/config/log.ts';
import { severities } from '../../../src/model/log-record.ts';
import { askControlSocket } from '../../../src/system/sockets/ask-control-socket.ts';
import { isInstalled } from '../../package/share.ts';
import { createLab, type Host } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { steadyRouter } from '../vrrp/router-config.ts';

const lab = createLab();
const limit = { timeoutMs: 60_000 };
let host: Host;
let folder: string;
let rsyslogd: Running;
let director: Director;

/** One facility a way. */
const ways = {
  local0: ['socket', 'rfc3164'],
  local1: ['udp://10.9.0.1', 'rfc5424'],
  local2: ['tcp://10.9.0.1:601', 'rfc5424'],
  local3: ['udp://[fd00::1]:514', 'rfc3164'],
  local4: ['tcp://10.9.0.1:601', 'rfc3164'],
} as const;
type Way = keyof typeof ways;
const each = Object.keys(ways) as readonly Way[];

const config = (more = '') => {
  const lines = each.map((facility) => {
    const [to, format] = ways[facility];
    const target = to === 'socket' ? join(folder, 'log') : to;
    return `    - {to: "${target}", format: ${format}, facility: ${facility}}`;
  });
  return `${steadyRouter('10.9.0.9/24')}
log:
  level: debug
  syslog:
${lines.join('\n')}
${more}`;
};

const rsyslogConfig = () => `
global(workDirectory="${folder}" maxMessageSize="8k")
module(load="imuxsock" SysSock.Use="off")
module(load="imudp")
module(load="imtcp")
input(type="imuxsock" Socket="${folder}/log" RateLimit.Interval="0")
input(type="imudp" port="514")
input(type="imtcp" port="601")
template(name="all" type="list") { property(name="jsonmesg") constant(value="\\n") }
action(type="omfile" file="${folder}/out" template="all")
`;

type Heard = Readonly<Record<string, string>>;

const heard = (way: Way): readonly Heard[] =>
  (existsSync(join(folder, 'out')) ? readFileSync(join(folder, 'out'), 'utf8') : '')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Heard)
    .filter((message) => Number(message.syslogfacility) === facilities[way]);

/** The names of the events. */
const eventsAt = (way: Way) => heard(way).map(({ msg = '' }) => /^\s*([a-z_.]+): /.exec(msg)?.[1]);
const said = () => director.events().map(({ event }) => event);

async function startRsyslogd(): Promise<void> {
  rsyslogd = host.start(['rsyslogd', '-n', '-f', join(folder, 'conf'), '-i', join(folder, 'pid')]);
  await waitUntil(() => existsSync(join(folder, 'log')), { what: 'rsyslogd listens', ...limit });
  await waitUntil(async () => (await host.attempt('ss', '-Hltn', 'sport = 601')).stdout !== '', {
    what: 'rsyslogd listens to TCP',
    ...limit,
  });
}

async function reload(): Promise<void> {
  const answer = await askControlSocket(director.controlSocket, 'POST', '/reload');
  expect(answer.ok && answer.value.status).toBe(200);
}

const isActive = async () => (await director.cli('status')).stdout.includes('active');

describe.skipIf(!isInstalled('rsyslogd'))('rsyslogd', () => {
  beforeAll(async () => {
    host = await lab.host('a');
    await lab.attach(host, await lab.lan('lan'), { addresses: ['10.9.0.1/24', 'fd00::1/64'] });
    folder = lab.directory('rsyslog');
    writeFileSync(join(folder, 'conf'), rsyslogConfig());
    await startRsyslogd();
    director = startDirector(lab, host, { config: config() });
    await director.waitFor('daemon.ready', undefined, limit);
    await director.waitFor('vip.announced', undefined, limit);
  });
  afterAll(() => lab.dispose());

  it.each(each)('has every event of %s, in order', async (way) => {
    await waitUntil(() => eventsAt(way).includes('vip.announced'), { what: 'the events', timeoutMs: 20_000 });
    const names = eventsAt(way);
    const severitiesHeard = heard(way).map((message) => Number(message.syslogseverity));
    // Which of the places has a line first is nobody's promise.
    await waitUntil(() => said().length >= severitiesHeard.length, {
      what: 'standard output has them',
      ...limit,
    });
    expect(names).toEqual(said().slice(0, names.length));
    expect(severitiesHeard).toEqual(
      director
        .events()
        .slice(0, severitiesHeard.length)
        .map(({ level }) => severities[level as LogLevel]),
    );
    for (const message of heard(way)) expect(message.programname).toBe('lvs-director');
  });

  it('reads the fields of RFC 5424 as structured data, and the event as MSGID', () => {
    for (const way of ['local1', 'local2'] as const) {
      const transition = heard(way).find(({ msgid }) => msgid === 'vrrp.transition');
      expect(transition).toMatchObject({ 'protocol-version': '1', 'app-name': 'lvs-director' });
      expect(transition?.['structured-data']).toMatch(
        /^\[lvs-director@32473 event="vrrp.transition" instance="VI_1" vrid="51" interface="eth0" from=/,
      );
      expect(transition?.procid).toMatch(/^\d+$/);
    }
  });

  it('reads the fields of RFC 3164 at the end of the line', () => {
    for (const way of ['local0', 'local3', 'local4'] as const) {
      const [transition = ''] = heard(way).flatMap(({ msg = '' }) =>
        msg.includes('vrrp.transition') ? [msg] : [],
      );
      expect(transition).toMatch(/^ ?vrrp\.transition: VI_1.* \{instance=VI_1 vrid=51 interface=eth0 /);
    }
  });

  it('hangs: nothing waits for it, and it has all of it when it goes on', async () => {
    rsyslogd.signal('SIGSTOP');
    for (let round = 0; round < 40; round++) await reload();
    await delay(6000); // longer than the VRRP process lets the main process be silent
    expect(await isActive()).toBe(true);
    rsyslogd.signal('SIGCONT');
    for (const way of ['local0', 'local2', 'local4'] as const) {
      await waitUntil(() => eventsAt(way).length === said().length, {
        what: `all events at ${way}`,
        ...limit,
      });
      expect(eventsAt(way)).toEqual(said());
    }
    expect(said()).not.toContain('vrrp.process_lost');
  });

  it('dies: the other places say so, once, and it has all of it when it is back', async () => {
    await rsyslogd.stop();
    for (let round = 0; round < 5; round++) {
      await reload();
      await delay(300);
    }
    const failures = () => director.events().filter(({ event }) => event === 'log.failed');
    await director.waitFor('log.failed', ({ sink }) => sink === 'syslog tcp://10.9.0.1:601', limit);
    await director.waitFor('log.failed', ({ sink }) => String(sink).startsWith('syslog /'), limit);
    expect(await isActive()).toBe(true);
    await startRsyslogd();
    await waitUntil(() => eventsAt('local0').length === said().length, { what: 'all events', ...limit });
    expect(eventsAt('local0')).toEqual(said());
    await waitUntil(() => eventsAt('local2').at(-1) === said().at(-1), { what: 'the last event', ...limit });
    const ofTcp = failures().filter(({ sink }) => String(sink).includes('tcp'));
    // Two sinks at that place.
    expect(ofTcp.length).toBeLessThanOrEqual(4);
  });

  it('is left out by a reload, and told what was said before; a full disk beside it is told', async () => {
    const before = said().length;
    director.writeConfig(config('  file: /dev/full\n'));
    await reload();
    await director.waitFor('log.failed', ({ sink }) => sink === '/dev/full', limit);
    await waitUntil(() => eventsAt('local0').includes('log.failed'), {
      what: 'the failure at rsyslogd',
      ...limit,
    });
    director.writeConfig(`${steadyRouter('10.9.0.9/24')}\nlog: {level: debug}\n`);
    await reload();
    await reload();
    await waitUntil(() => eventsAt('local0').length > before, { what: 'what was said before', ...limit });
    await delay(500);
    expect(eventsAt('local0')).toEqual(said().slice(0, eventsAt('local0').length));
    expect(said().filter((event) => event === 'daemon.reloaded').length).toBeGreaterThan(
      eventsAt('local0').filter((event) => event === 'daemon.reloaded').length,
    );
  });

  it('keeps nobody from ending', async () => {
    director.writeConfig(config());
    await reload();
    rsyslogd.signal('SIGSTOP');
    director.running.signal('SIGTERM');
    expect(await director.running.exited).toBe(0);
    rsyslogd.signal('SIGCONT');
  });
});
