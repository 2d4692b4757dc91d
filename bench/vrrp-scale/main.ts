// Many virtual routers in one VRRP process: whether each of its adverts goes out, how late, and what that costs.
//   node main.js [--instances N] [--interval 100ms] [--seconds N] [--paths 1|2] [--json]
// One process with N active instances in a namespace; a listener in another counts what arrives. Needs root. Status
// 1 if an advert is missing, or more than one in a hundred is later than a tenth of the interval.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { automaticLeaseSec } from '../../src/config/router/lease.ts';
import { parseDuration } from '../../src/config/values/scalars.ts';
import type { FromVrrpProcess, ToVrrpProcess, VrrpProcessStatus } from '../../src/daemon/vrrp/messages.ts';
import type { VrrpInstanceConfig } from '../../src/model/config/router.ts';
import { type Ip, ip } from '../../src/net/ip.ts';
import { systemClock } from '../../src/system/clock.ts';
import { openVrrpSocket } from '../../src/system/sockets/raw-socket.ts';
import { type Host, type Lab, withLab } from '../../test/lab/harness/namespaces.ts';
import { waitUntil } from '../../test/lab/harness/process.ts';
import { daemonMain } from '../../test/lab/harness/programs.ts';
import { inside } from '../../test/lab/vrrp/inside.ts';

const { values } = parseArgs({
  options: {
    instances: { type: 'string', default: '200' },
    interval: { type: 'string', default: '100ms' },
    seconds: { type: 'string', default: '60' },
    paths: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
});
const instances = Number(values.instances);
const intervalMs = parseDuration(values.interval) ?? Number.NaN;
const seconds = Number(values.seconds);
if (!(instances >= 1 && instances <= 255 && intervalMs >= 10 && seconds >= 1)) {
  process.stderr.write('Cannot run: 1 to 255 instances, an interval from 10ms, seconds from 1\n');
  process.exit(2);
}

/** /proc counts processor time in hundredths of a second (USER_HZ). */
const ticksPerSecond = 100;

const instanceNumbered = (number: number): VrrpInstanceConfig => ({
  name: `VI_${number}`,
  interface: 'eth0',
  ...(values.paths === '2' && { furtherInterfaces: ['sync0'] }),
  family: 'inet',
  virtualRouterId: number,
  version: 3,
  priority: 150,
  advertIntervalMs: intervalMs,
  preempt: true,
  preemptDelayMs: 0,
  acceptMode: true,
  virtualAddresses: [{ address: ip(`10.9.1.${number}`), length: 32 }],
  unicastPeers: [],
  checksum: 'rfc5798',
  vipLeaseSec: automaticLeaseSec(intervalMs),
  garpRepeat: 1,
  garpDelayMs: 0,
  garpRefreshMs: 0,
  at: { file: 'bench', line: 1, column: 1 },
});

/** The VRRP process with the collector's own words on its standard output. */
function startProcess(lab: Lab, host: Host): ChildProcess {
  const child = inside(host, () =>
    fork(daemonMain, ['vrrp-process'], { execArgv: ['--trace-gc'], silent: true, serialization: 'json' }),
  );
  lab.defer(() => void child.kill('SIGKILL'));
  return child;
}

/** When each advert of each virtual router arrived, in milliseconds. */
function listen(lab: Lab, host: Host, index: number): ReadonlyMap<number, number[]> {
  const opened = inside(host, () => openVrrpSocket({ name: 'eth0', index }, systemClock));
  if (!opened.ok) throw new Error(`Cannot listen: ${opened.error.step}: ${opened.error.code}`);
  const arrivals = new Map<number, number[]>();
  opened.value.onReceived(({ bytes, at }) => {
    const vrid = bytes[21] ?? 0;
    const known = arrivals.get(vrid);
    if (known === undefined) arrivals.set(vrid, [at / 1000]);
    else known.push(at / 1000);
  });
  lab.defer(() => opened.value.close());
  return arrivals;
}

const cpuTicks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
};

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;

async function measure(lab: Lab) {
  const lan = await lab.lan('lan');
  const director = await lab.host('d');
  await lab.attach(director, lan, { addresses: ['10.9.0.1/16'] });
  if (values.paths === '2') {
    await lab.attach(director, await lab.lan('cable'), { interface: 'sync0', addresses: ['10.8.0.1/24'] });
  }
  const listener = await lab.host('l');
  await lab.attach(listener, lan, { addresses: ['10.9.0.2/16'] });
  const arrivals = listen(
    lab,
    listener,
    Number.parseInt(await listener.run('ip', '-o', 'link', 'show', 'eth0'), 10),
  );

  const child = startProcess(lab, director);
  const pid = child.pid ?? 0;
  const collections: string[] = [];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n')) if (/Scavenge|Mark-Compact/.test(line)) collections.push(line);
  });
  let processStatus: VrrpProcessStatus | undefined;
  let active = 0;
  let messages = 0;
  let messageBytes = 0;
  child.on('message', (raw) => {
    const message = raw as FromVrrpProcess;
    messages += 1;
    messageBytes += JSON.stringify(message).length;
    if (message.type !== 'status') return;
    processStatus = message.process;
    active = message.instances.filter(({ phase }) => phase === 'active').length;
  });
  const say = (message: ToVrrpProcess) => void child.send(message);
  const beat = setInterval(() => say({ type: 'heartbeat' }), 500);
  lab.defer(() => clearInterval(beat));
  const numbers = Array.from({ length: instances }, (_, i) => i + 1);
  const addresses: readonly Ip[] = numbers.map((number) => ip(`10.9.1.${number}`));
  say({ type: 'configure', instances: numbers.map(instanceNumbered) });
  await waitUntil(() => active === instances, {
    what: `${addresses.length} active routers`,
    timeoutMs: 60_000,
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));

  const before = {
    count: processStatus?.advertLateness.count ?? 0,
    cpu: cpuTicks(pid),
    residentMb: residentMb(pid),
    collections: collections.length,
    messages,
    messageBytes,
    at: systemClock.now() / 1000,
  };
  await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  const until = systemClock.now() / 1000;
  const lastedSec = (until - before.at) / 1000;
  const cpu = (cpuTicks(pid) - before.cpu) / ticksPerSecond / lastedSec;
  const inWindow = [...arrivals.values()].map((times) => times.filter((at) => at >= before.at && at < until));
  const gaps = inWindow.flatMap((times) => times.slice(1).map((at, i) => at - (times[i] ?? at)));
  gaps.sort((a, b) => a - b);
  const expected = Math.floor((1000 * lastedSec) / intervalMs);
  return {
    instances,
    interval_ms: intervalMs,
    seconds: Math.round(lastedSec),
    adverts_expected: expected * instances,
    adverts_arrived: inWindow.reduce((sum, times) => sum + times.length, 0),
    fewest_of_a_router: Math.min(...inWindow.map(({ length }) => length)),
    expected_of_a_router: expected,
    gap_ms: { p50: at(gaps, 0.5), p99: at(gaps, 0.99), max: at(gaps, 1) },
    lateness_ms: processStatus && withoutBuckets(processStatus),
    processor_percent: round(100 * cpu),
    resident_mb: { before: round(before.residentMb), after: round(residentMb(pid)) },
    collections: countKinds(collections.slice(before.collections)),
    messages_per_s: round((messages - before.messages) / lastedSec),
    message_kb_per_s: round((messageBytes - before.messageBytes) / 1024 / lastedSec),
  };
}

const round = (value: number): number => Math.round(10 * value) / 10;
const at = (sorted: readonly number[], part: number): number =>
  round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN);

const withoutBuckets = ({ advertLateness: { p50Ms, p99Ms, maxMs, count } }: VrrpProcessStatus) => ({
  ...{ p50: p50Ms, p99: p99Ms, max: maxMs, count },
});

/** "Scavenge 12 times, 8.1 ms in all, longest 1.2 ms". */
function countKinds(lines: readonly string[]) {
  const pauses = lines.map((line) => Number(/MB, ([\d.]+) \/ /.exec(line)?.[1] ?? 0));
  return {
    scavenges: lines.filter((line) => line.includes('Scavenge')).length,
    full: lines.filter((line) => line.includes('Mark-Compact')).length,
    longest_ms: Math.max(0, ...pauses),
    total_ms: round(pauses.reduce((sum, each) => sum + each, 0)),
  };
}

const result = await withLab(measure);
process.stdout.write(`${JSON.stringify(result, null, values.json ? 0 : 2)}\n`);
const missing = result.fewest_of_a_router < result.expected_of_a_router - 1;
const late = (result.lateness_ms?.p99 ?? Number.POSITIVE_INFINITY) > intervalMs / 10;
process.exit(missing || late ? 1 : 0);
