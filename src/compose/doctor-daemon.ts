// What the running daemon of a config says to the doctor, and what the system gives to its processes. Only a daemon that
// says it runs this very file is asked.
import { readFileSync } from 'node:fs';
import type { DaemonStatus } from '../daemon/report/status.ts';
import type { DaemonFact, RouterFact } from '../doctor/facts.ts';
import { type EventRecord, parseRecordLine, timeOf } from '../journal/record.ts';
import { parseIp } from '../net/ip.ts';
import { processFacts } from '../system/host/process-facts.ts';
import { askControlSocket } from '../system/sockets/ask-control-socket.ts';
import { streamControlSocket } from '../system/sockets/control-stream.ts';

/** Of a stranger that goes on, the daemon tells every minute. */
const ofLateMs = 300_000;
/** The others are peculiarities of another program, and nothing is written in its file for them. */
const ofConfig: ReadonlySet<string> = new Set(['interval', 'addresses', 'owner']);

/** @returns undefined where none answers. */
export async function askForDoctor(socket: string, now: number): Promise<DaemonFact | undefined> {
  const answer = await askControlSocket(socket, 'GET', '/status');
  if (!answer.ok || answer.value.status !== 200) return undefined;
  const status = answer.value.body as DaemonStatus;
  const records = await recordsSince(socket, now - ofLateMs);
  const own = status.vrrpProcess;
  return {
    routers: status.vrrp.map((router) => routerFact(router, records, now)),
    processes: [status.pid, ...(own === undefined ? [] : [own.pid])].flatMap(
      (pid) => processFacts(pid) ?? [],
    ),
    ...(own !== undefined && {
      vrrp: { pid: own.pid, isRealtime: isRealtime(own.pid) ?? own.realtime, isLocked: own.memoryLocked },
    }),
  };
}

async function recordsSince(socket: string, since: number): Promise<readonly EventRecord[]> {
  const records: EventRecord[] = [];
  const onLine = (line: string) => {
    const record = parseRecordLine(line);
    if (record !== undefined) records.push(record);
  };
  await streamControlSocket(socket, `/events?since=${new Date(since).toISOString()}`, { onLine });
  return records;
}

function routerFact(
  { name, vrid, phase, advertsSent, advertsReceived, peers = [] }: DaemonStatus['vrrp'][number],
  records: readonly EventRecord[],
  now: number,
): RouterFact {
  const own = records.filter(({ instance }) => instance === name);
  const of = (event: string) => own.filter((record) => record.event === event);
  const text = (value: unknown) => (typeof value === 'string' ? value : String(value ?? ''));
  const strangers = of('vrrp.foreign_router')
    .filter((record) => now - timeOf(record) < ofLateMs)
    .map(({ source, reason }) => ({ source: text(source), reason: text(reason) }));
  const differences = peers.flatMap(({ address: source, heardAgoMs, differs = [] }) =>
    differs.filter(({ what }) => ofConfig.has(what)).map((each) => ({ ...each, source, heardAgoMs })),
  );
  return {
    ...{ name, virtualRouterId: vrid, phase, advertsSent, advertsReceived },
    peers: peers.flatMap(({ address }) => parseIp(address) ?? []),
    strangers: lastOf(strangers, ({ source }) => source),
    differences,
  };
}

const lastOf = <T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] => [
  ...new Map(values.map((value) => [keyOf(value), value])).values(),
];

/** The class of its main thread: SCHED_FIFO or SCHED_RR (proc(5), sched(7)). */
function isRealtime(pid: number): boolean | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[38] === '1' || fields[38] === '2';
  } catch {
    return undefined;
  }
}
