// What happens to a pair in the demo, step by step, each measured: election, balance, servers that stop and
// return, a director that dies, returns and leaves in order, a reload, a table changed by hand. The same for
// every topology.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from '../harness/checkout.ts';
import type { Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { type Holders, watchHolders } from './holders.ts';
import type { Notes, Report } from './report.ts';
import { sorryPage, type Topology } from './topology.ts';
import { startTraffic, type Traffic, wallClock } from './traffic.ts';

/** RFC 9568 §6.1: Active_Down_Interval of priority 100 at one advert a second. */
const activeDownMs = 3000 + (1000 * (256 - 100)) / 256;
/** What a busy machine may add to any of these. */
const slackMs = 1000;
/**
 * The lease (4 s) outlives Active_Down_Interval by 0.4 s, and the kernel looks at lifetimes at most once a second.
 * All hosts of the lab share that one look: the other's new address puts it off by a whole second.
 */
const bothLimitMs = 1200;

type Pair = {
  readonly lab: Lab;
  readonly topology: Topology;
  readonly holders: Holders;
  readonly traffic: Traffic;
  /** As they run now: a director that is started again is another process. */
  readonly directors: { lvs1: Director; lvs2: Director };
  /** Every director ever started, in that order. */
  readonly started: Director[];
};

type StoryStep = readonly [title: string, work: (pair: Pair, notes: Notes) => Promise<void>];

/** Tells the whole story of one topology. A step that breaks ends it: the later ones would prove nothing. */
export async function tellStory(lab: Lab, topology: Topology, report: Report): Promise<void> {
  const holders = watchHolders(topology.directors, topology.vip);
  for (const server of topology.servers) await server.start();
  const [lvs1, lvs2] = topology.directors;
  const config = topology.config(1);
  const directors = {
    lvs1: startDirector(lab, lvs1, { config }),
    lvs2: startDirector(lab, lvs2, { config }),
  };
  let traffic: Traffic | undefined;
  const elected = await report.step('election', async (notes) => {
    const from = wallClock();
    await holders.only('lvs1', 40_000);
    await directors.lvs1.waitFor('real.up', (event) => event.real === topology.servers[0].endpoint);
    await directors.lvs1.waitFor('real.up', (event) => event.real === topology.servers[1].endpoint);
    notes.atMost('from start to an active director', wallClock() - from, 'ms', 60_000);
    notes.holds('holds the virtual address', holders.now().join(' and '), holders.now().join() === 'lvs1');
    await waitUntil(async () => (await pageOf(topology)) !== undefined, { what: 'a page through the VIP' });
    traffic = await startTraffic(topology.client, topology.vip, 80);
  });
  if (!elected || traffic === undefined) return;
  const started = [directors.lvs1, directors.lvs2];
  const pair: Pair = { lab, topology, holders, traffic, directors, started };
  for (const [title, work] of steps) {
    if (!(await report.step(title, (notes) => work(pair, notes)))) break;
  }
  await traffic.stop();
  await Promise.all([directors.lvs1.running.stop(), directors.lvs2.running.stop()]);
  keepLogs(pair);
}

/** What both directors said, for whoever wants to read the failovers in the log: .lab/demo/. */
function keepLogs({ topology, started }: Pair) {
  const folder = join(checkoutRoot, '.lab', 'demo', topology.name.replaceAll(' ', '-'));
  mkdirSync(folder, { recursive: true });
  for (const name of ['lvs1', 'lvs2']) {
    const lines = started
      .filter((director) => director.name === name)
      .flatMap(({ running }) => running.lines());
    writeFileSync(join(folder, `${name}.log`), `${lines.join('\n')}\n`);
  }
}

async function pageOf(topology: Topology): Promise<string | undefined> {
  const page = await topology.client.attempt('curl', '-s', '-f', '-m', '1', `http://${topology.vip}/`);
  return page.status === 0 ? page.stdout.trim() : undefined;
}

const steps: readonly StoryStep[] = [
  ['requests are balanced', balance],
  ['a server stops', stopOneServer],
  ['all servers stop', stopAllServers],
  ['the servers return', returnServers],
  ['the active director is killed', killActive],
  ['the killed director returns', returnKilled],
  ['a graceful hand-over', handOver],
  ['a reload', reload],
  ['a rule deleted by hand', repair],
];

/** Who served since `from`, and how many requests failed. */
function tally(pair: Pair, from: number) {
  const answers = pair.traffic.answers(from);
  const by = (server: string) => answers.filter((answer) => answer.server === server).length;
  return {
    web1: by('web1'),
    web2: by('web2'),
    sorry: by(sorryPage),
    failed: answers.filter(({ failure }) => failure).length,
  };
}

const nobodyFailed = (notes: Notes, what: string, failed: number) => notes.atMost(what, failed, '', 0);

async function balance(pair: Pair, notes: Notes) {
  const from = wallClock();
  await waitUntil(() => pair.traffic.answers(from).length >= 60, { what: '60 requests' });
  const { web1, web2, failed } = tally(pair, from);
  notes.holds(
    'requests on web1 and web2',
    `${web1} and ${web2}`,
    Math.abs(web1 - web2) <= 0.1 * (web1 + web2),
  );
  nobodyFailed(notes, 'requests that failed', failed);
}

async function stopOneServer(pair: Pair, notes: Notes) {
  const { lvs1 } = pair.directors;
  const [web1] = pair.topology.servers;
  const after = lvs1.running.lineCount();
  const stopped = wallClock();
  await web1.stop();
  await lvs1.waitFor('real.down', ({ real }) => real === web1.endpoint, { after });
  await lvs1.waitFor('ipvs.applied', () => true, { after });
  const judged = wallClock();
  notes.atMost('until it is out of the table (2 checks, 1 s apart)', judged - stopped, 'ms', 2000 + slackMs);
  const table = await lvs1.host.run('ipvsadm', '-S', '-n');
  const weightOut = table.split('\n').some((line) => line.includes(web1.endpoint) && /-w 0\b/.test(line));
  notes.holds('its weight in the kernel', weightOut ? '0' : table, weightOut);
  await waitUntil(() => pair.traffic.answers(judged).length >= 30, { what: '30 requests' });
  const { web1: served, web2, failed } = tally(pair, judged);
  notes.holds('requests after that on web1 and web2', `${served} and ${web2}`, served === 0 && web2 > 0);
  nobodyFailed(notes, 'requests that failed after that', failed);
}

async function stopAllServers(pair: Pair, notes: Notes) {
  const { lvs1 } = pair.directors;
  const after = lvs1.running.lineCount();
  const stopped = wallClock();
  await pair.topology.servers[1].stop();
  await lvs1.waitFor('service.fallback_on', () => true, { after });
  await lvs1.waitFor('ipvs.applied', () => true, { after });
  const judged = wallClock();
  notes.atMost('until the fallback serves', judged - stopped, 'ms', 2000 + slackMs);
  await waitUntil(() => pair.traffic.answers(judged).length >= 20, { what: '20 requests' });
  const { web1, web2, sorry, failed } = tally(pair, judged);
  notes.holds('requests after that on the fallback page', String(sorry), sorry > 0 && web1 + web2 === 0);
  nobodyFailed(notes, 'requests that failed after that', failed);
}

async function returnServers(pair: Pair, notes: Notes) {
  const { lvs1 } = pair.directors;
  const after = lvs1.running.lineCount();
  for (const server of pair.topology.servers) await server.start();
  const started = wallClock();
  await lvs1.waitFor('service.fallback_off', () => true, { after });
  for (const { endpoint } of pair.topology.servers) {
    await lvs1.waitFor('real.up', ({ real }) => real === endpoint, { after });
  }
  await waitUntil(async () => !(await lvs1.host.run('ipvsadm', '-S', '-n')).includes('127.0.0.1'), {
    what: 'the fallback out of the table',
  });
  const back = wallClock();
  notes.atMost('until both are in the table again', back - started, 'ms', 1000 + 2 * slackMs);
  await waitUntil(() => pair.traffic.answers(back).length >= 30, { what: '30 requests' });
  const { web1, web2, sorry, failed } = tally(pair, back);
  notes.holds(
    'requests after that on web1 and web2',
    `${web1} and ${web2}`,
    web1 > 0 && web2 > 0 && sorry === 0,
  );
  nobodyFailed(notes, 'requests that failed after that', failed);
}

async function killActive(pair: Pair, notes: Notes) {
  const { lvs1 } = pair.directors;
  const from = wallClock();
  // One signal to the whole process group: no process of it sees another one die.
  lvs1.running.signalAll('SIGKILL');
  await lvs1.running.exited;
  await waitUntil(() => pair.holders.now().includes('lvs2'), { timeoutMs: 15_000, what: 'the VIP on lvs2' });
  notes.atMost('until the other has the address', wallClock() - from, 'ms', activeDownMs + slackMs);
  await pair.holders.only('lvs2', 10_000);
  await settled(pair);
  notes.atMost('time in which both held the address', pair.holders.bothMs(from), 'ms', bothLimitMs);
  noteOutage(pair, notes, from, activeDownMs + slackMs);
}

async function returnKilled(pair: Pair, notes: Notes) {
  const { lvs1 } = pair.directors;
  const from = wallClock();
  pair.directors.lvs1 = startDirector(pair.lab, lvs1.host, { config: pair.topology.config(1), again: lvs1 });
  pair.started.push(pair.directors.lvs1);
  const adopted = await pair.directors.lvs1.waitFor('ipvs.adopted', () => true, { timeoutMs: 20_000 });
  notes.atMost('operations on the table that it found', Number(adopted.operations), '', 0);
  await pair.holders.only('lvs1', 40_000);
  await settled(pair);
  notes.atMost('time in which both held the address', pair.holders.bothMs(from), 'ms', bothLimitMs);
  noteOutage(pair, notes, from, gracefulMs);
}

/** What a hand-over may cost where one processor does the work of five hosts. */
const gracefulMs = 100;

async function handOver(pair: Pair, notes: Notes) {
  const { lvs1, lvs2 } = pair.directors;
  const from = wallClock();
  const status = await lvs1.running.stop(10_000);
  notes.holds('lvs1 ends, told to stop by SIGTERM, with status', String(status), status === 0);
  await pair.holders.only('lvs2', 5_000);
  await lvs2.waitFor('vrrp.transition', ({ to }) => to === 'active');
  await settled(pair);
  notes.atMost('time in which both held the address', pair.holders.bothMs(from), 'ms', bothLimitMs);
  noteOutage(pair, notes, from, gracefulMs);
}

/** Until what follows a change of the address (repeated announcements, late answers) has passed. */
const settled = (pair: Pair) => {
  const from = wallClock();
  return waitUntil(() => pair.traffic.answers(from).length >= 30, { what: '30 requests after the change' });
};

/** A connection that is open at that moment is unknown to the other director, and is lost. */
const openConnections = 2;

function noteOutage(pair: Pair, notes: Notes, from: number, limitMs: number) {
  notes.atMost('outage of the address (lost pings)', pair.traffic.outageMs(from), 'ms', limitMs);
  notes.atMost('longest wait for a page', pair.traffic.longestWaitMs(from), 'ms', limitMs + slackMs);
  notes.atMost('requests that failed', tally(pair, from).failed, '', openConnections);
}

async function reload(pair: Pair, notes: Notes) {
  const { lvs2 } = pair.directors;
  const from = wallClock();
  const before = lvs2.running.lineCount();
  lvs2.writeConfig(pair.topology.config(3));
  const good = await lvs2.cli('reload');
  notes.holds(
    'a new weight: `reload` ends with status',
    good.status === 0 ? '0' : `${good.status} ${good.stderr}`.trim(),
    good.status === 0,
  );
  const applied = await lvs2.waitFor('ipvs.applied', () => true, { after: before });
  const { adds, edits, deletes } = applied;
  notes.holds(
    'operations',
    `${adds} adds, ${edits} edits, ${deletes} deletes`,
    adds === 0 && edits === 1 && deletes === 0,
  );
  const weighted = wallClock();
  await waitUntil(() => pair.traffic.answers(weighted).length >= 60, { what: '60 requests' });
  const { web1, web2 } = tally(pair, weighted);
  notes.holds(
    'requests on web1 and web2 at weights 3 and 1',
    `${web1} and ${web2}`,
    web1 > 2.5 * web2 && web2 > 0,
  );

  const table = await lvs2.host.run('ipvsadm', '-S', '-n');
  lvs2.writeConfig(pair.topology.config(3).replace('scheduler: wrr', 'schedular: wrr'));
  const bad = await lvs2.cli('reload');
  const [reason = ''] = `${bad.stdout}${bad.stderr}`.split('\n').filter((line) => line.includes('schedular'));
  notes.holds(
    'a misspelt key: `reload` ends with status',
    String(bad.status),
    bad.status !== 0 && reason !== '',
  );
  await lvs2.waitFor('daemon.reload_rejected', () => true, { after: before });
  const same = (await lvs2.host.run('ipvsadm', '-S', '-n')) === table;
  notes.holds('the table after the bad file', same ? 'unchanged' : 'changed', same);
  nobodyFailed(notes, 'requests that failed', tally(pair, from).failed);
}

async function repair(pair: Pair, notes: Notes) {
  const { lvs2 } = pair.directors;
  const table = await lvs2.host.run('ipvsadm', '-S', '-n');
  const [, victim] = pair.topology.servers;
  const after = lvs2.running.lineCount();
  const from = wallClock();
  await lvs2.host.run('ipvsadm', '-d', '-t', `${pair.topology.vip}:80`, '-r', victim.endpoint);
  const drift = await lvs2.waitFor('ipvs.drift', () => true, { after });
  await lvs2.waitFor('ipvs.applied', () => true, { after });
  notes.atMost(
    'a server removed: until it is back (looked at every 1 s)',
    wallClock() - from,
    'ms',
    1000 + slackMs,
  );
  notes.atMost('operations for that', Number(drift.operations), '', 1);
  const cleared = wallClock();
  const second = lvs2.running.lineCount();
  await lvs2.host.run('ipvsadm', '-C');
  await lvs2.waitFor('ipvs.drift', () => true, { after: second });
  await lvs2.waitFor('ipvs.applied', () => true, { after: second });
  notes.atMost('the whole table cleared: until it is back', wallClock() - cleared, 'ms', 1000 + slackMs);
  const same = (await lvs2.host.run('ipvsadm', '-S', '-n')) === table;
  notes.holds('the table afterwards', same ? 'as it was' : 'different', same);
}
