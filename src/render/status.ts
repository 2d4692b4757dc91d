// The daemon's state for a terminal: routers, what they lack and track, the VRRP process, services, and what is amiss.
import type { DaemonStatus } from '../daemon/report/status.ts';
import type { VrrpInstanceStatus, VrrpProcessStatus } from '../daemon/vrrp/messages.ts';
import { describeReason } from '../journal/reasons.ts';
import { markKey } from '../net/mark.ts';
import { formatDuration } from './duration.ts';
import { formatServices } from './services.ts';
import { formatSettings } from './settings.ts';
import { formatTable } from './table.ts';

export function formatStatus(status: DaemonStatus): string {
  const head = `${status.director}: lvs-director ${status.version}, ${status.phase}, pid ${status.pid}, up ${formatDuration(status.uptimeSec)}, ${status.config}${formatNow(status)}`;
  const { ipvsSettings } = status;
  const parts = [
    head,
    ...formatIpvs(status),
    ...(ipvsSettings === undefined ? [] : formatSettings(ipvsSettings)),
    ...formatMarks(status),
  ];
  if (status.vrrp.length > 0) parts.push(formatRouters(status));
  parts.push(...formatMissing(status));
  if (status.vrrpProblems !== undefined) parts.push(status.vrrpProblems.join('\n'));
  if (status.vrrpProcess !== undefined) parts.push(formatProcess(status.vrrpProcess));
  parts.push(...formatCheckProcesses(status), ...formatTracked(status));
  if (status.services.length > 0) parts.push(formatServices(status.services));
  parts.push(...formatRoster(status), ...formatDeliveries(status), ...formatFifos(status));
  return `${parts.join('\n\n')}\n`;
}

/** The daemon's clock when it answered. */
const formatNow = ({ now }: DaemonStatus): string => (now === undefined ? '' : `, at ${now}`);

function formatIpvs({ ipvs }: DaemonStatus): string[] {
  if (ipvs === undefined) return [];
  const trouble = ipvs.available ? [] : [`IPVS is not available: ${ipvs.reason}`];
  return [...trouble, ...ipvs.refused.map((text) => `The kernel refuses: ${text}`)];
}

/** One line a family: which packets get which mark, and why not, if not. */
const formatMarks = ({ marks: all = [] }: DaemonStatus): string[] =>
  all.map(({ family, marks, reason }) => {
    const words = marks.map((mark) => `${markKey(mark)} -> ${mark.mark}`).join(', ');
    return `Firewall marks (${family}): ${words}${reason === undefined ? '' : `; not set: ${reason}`}`;
  });

/** One line a mail server or webhook. */
function formatDeliveries({ deliveries = [] }: DaemonStatus): string[] {
  const lines = deliveries.map(({ sink, delivered, waiting, lost, failure }) => {
    const numbers = `${delivered} delivered, ${waiting} waiting, ${lost} lost`;
    return `Told by ${sink}: ${numbers}${failure === undefined ? '' : `; the last try failed: ${failure}`}`;
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

/** One line a FIFO. What was written and is not read yet tells of its reader. */
function formatFifos({ fifos = [] }: DaemonStatus): string[] {
  const lines = fifos.map(({ fifo, written, waiting, lost, unreadBytes, program, failure }) => {
    const read =
      unreadBytes === undefined
        ? []
        : [unreadBytes === 0 ? 'all read' : `${unreadBytes} byte(s) not read yet`];
    const reader =
      program === undefined ? [] : [program === 'running' ? 'its program runs' : 'its program has ended'];
    const words = [`${written} line(s) written`, ...read, `${waiting} waiting`, `${lost} lost`, ...reader];
    return `FIFO ${fifo}: ${words.join(', ')}${failure === undefined ? '' : `; not as it should be: ${failure}`}`;
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function formatRouters(status: DaemonStatus): string {
  const rows = status.vrrp.map((router) => [
    router.name,
    String(router.vrid),
    formatPaths(router),
    router.phase,
    router.basePriority === undefined
      ? String(router.priority)
      : `${router.priority} (of ${router.basePriority})`,
    formatDuration((status.nowMs - router.sinceMs) / 1000),
    formatActive(router),
    formatPeer(router),
    describeReason(router.reason),
  ]);
  const head = ['ROUTER', 'VRID', 'INTERFACE', 'STATE', 'PRIORITY', 'SINCE', 'ACTIVE', 'PEER HEARD', 'WHY'];
  return `${formatTable(head, rows)}${formatAge(status)}`;
}

/** Older than the VRRP process lets it be while it is well. */
const oldMs = 2000;

/** What is old is not taken for the present state. */
const formatAge = ({ vrrpHeardAgoMs: ageMs = 0 }: DaemonStatus): string =>
  ageMs < oldMs ? '' : `\nThe VRRP process told this ${formatDuration(ageMs / 1000)} ago, and nothing since`;

/** The one that was heard last, the active one before others: "10.9.0.1 (150) 0.1 s ago". */
function formatPeer({ active, peers = [] }: VrrpInstanceStatus): string {
  const latest = [...peers].sort((a, b) => a.heardAgoMs - b.heardAgoMs);
  const peer = peers.find(({ address }) => address === active?.address) ?? latest[0];
  if (peer === undefined) return 'none';
  const { address, priority, heardAgoMs } = peer;
  const ago = heardAgoMs < 10_000 ? `${(heardAgoMs / 1000).toFixed(1)} s` : formatDuration(heardAgoMs / 1000);
  return `${address} ${priority === 0 ? '(resigned)' : `(${priority})`} ${ago} ago`;
}

/** What routers should hold at their present roles, and do not. */
const formatMissing = ({ vrrp }: DaemonStatus): string[] => {
  const rows = vrrp.flatMap(({ name, missing = [] }) =>
    missing.map(({ what, reason }) => [name, what, describeReason(reason)]),
  );
  return rows.length === 0 ? [] : [formatTable(['ROUTER', 'LACKS', 'WHY'], rows)];
};

/** Why the priority is what it is, one line for each thing that a router tracks. */
function formatTracked({ vrrp, tracked = [] }: DaemonStatus): string[] {
  const details = new Map(tracked.map(({ name, detail }) => [name, detail]));
  const rows = vrrp.flatMap((router) =>
    (router.tracked ?? []).map(({ name, state, adds }) => [
      router.name,
      name,
      state,
      adds === '0' ? '-' : adds,
      details.get(name) ?? '',
    ]),
  );
  return rows.length === 0 ? [] : [formatTable(['ROUTER', 'TRACKS', 'STATE', 'PRIORITY', 'FOUND'], rows)];
}

/** "eth0, sync0 (no_carrier)": the one of the VIPs first, and what is wrong with any of several. */
function formatPaths({ interface: only, paths = [] }: VrrpInstanceStatus): string {
  if (paths.length === 0) return only;
  return paths
    .map(({ interface: name, up, reason }) => (up ? name : `${name} (${reason ?? 'down'})`))
    .join(', ');
}

function formatProcess({ pid, realtime, memoryLocked, advertLateness }: VrrpProcessStatus): string {
  const { count, p50Ms, p99Ms, maxMs } = advertLateness;
  const late = `half within ${p50Ms} ms of their time, 99 % within ${p99Ms} ms, all within ${maxMs} ms`;
  const granted = [
    realtime ? 'real-time class' : 'no real-time class',
    memoryLocked ? 'memory locked' : 'memory not locked',
  ];
  const adverts = count === 0 ? 'no advert was due yet' : `${count} adverts were due: ${late}`;
  return `VRRP process ${pid}: ${granted.join(', ')}; ${adverts}`;
}

/** One line for all: who makes the checks. */
function formatCheckProcesses({ checks: { processes = [] } }: DaemonStatus): string[] {
  const words = processes.map(({ pid, checks, latenessMs }) =>
    pid === undefined
      ? 'one to be started again'
      : `${pid} (${checks} checks, ${latenessMs} ms late on the average)`,
  );
  return words.length === 0 ? [] : [`Check processes: ${words.join(', ')}`];
}

function formatActive({ phase, active }: VrrpInstanceStatus): string {
  if (phase === 'active') return 'this director';
  return active === undefined ? '-' : `${active.address} (${active.priority})`;
}

/** Names and files that are not as they should be; the others show in the servers that they make. */
function formatRoster({ names = [], files = [] }: DaemonStatus): string[] {
  const lines = [
    ...names.flatMap(({ name, addresses, reason, failedForMs = 0 }) => {
      if (reason === undefined) return [];
      const kept = addresses.length === 0 ? 'no address of it is known' : `${addresses.join(', ')} kept`;
      return [`${name} is not resolved for ${formatDuration(failedForMs / 1000)}: ${reason}; ${kept}`];
    }),
    ...files.flatMap(({ servers, problem }) =>
      problem === undefined ? [] : [`${servers} server(s) of a file kept as they were: ${problem}`],
    ),
  ];
  return lines.length === 0 ? [] : [lines.join('\n')];
}
