// A soak run: a pair of directors that is tormented round by round, as a seed has it (test/soak/plan.ts), while a client
// asks; after each round the invariants are judged (test/soak/invariants.ts). One that does not hold is told at once, with
// what is needed to understand it and the command that replays the round. The run goes on while the pair comes right again.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatSlopes, type Slope, slopesOf } from '../../soak/curve.ts';
import { judge, measure, type Violation } from '../../soak/invariants.ts';
import { type PlannedRound, planRound } from '../../soak/plan.ts';
import type { Round } from '../../soak/stream.ts';
import { checkoutRoot } from '../harness/checkout.ts';
import { withLab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import type { Fault } from './fault.ts';
import { faults, missingFaults } from './faults.ts';
import { watchGauges } from './gauges.ts';
import { type Keeper, keep } from './keeper.ts';
import { buildSite, hasIpvs, neverRight, pause, promised, type Site, usual } from './site.ts';
import { type Watch, watch } from './watch.ts';

export type SoakOptions = {
  readonly seed: number;
  /** Ends with the round in which that many seconds, or that many rounds, are over. */
  readonly secondsMax: number;
  readonly roundsMax: number;
  /** Where it begins: a round of a longer run. */
  readonly first: number;
  /** Only faults whose name has that in it. */
  readonly only?: string;
  /** All that can be done here, if left out. */
  readonly faults?: readonly Fault[];
  readonly say: (line: string) => void;
};

export type SoakOutcome = {
  readonly rounds: number;
  readonly requests: number;
  readonly lost: number;
  readonly violations: readonly string[];
  /** What the machine answers for, as it stood still. */
  readonly excused: readonly string[];
  readonly stalledMs: number;
  readonly slopes: readonly Slope[];
};

type Run = SoakOptions & {
  readonly site: Site;
  readonly watch: Watch;
  readonly keepers: readonly [Keeper, Keeper];
  readonly faults: readonly Fault[];
};

export const soak = (options: SoakOptions): Promise<SoakOutcome> =>
  withLab(async (lab) => {
    const site = await buildSite(lab);
    const watching = watch(site);
    lab.defer(watching.stop);
    for (const { name } of site.servers)
      watching.record({ at: performance.now(), kind: 'serves', server: name, serves: true });
    watching.record({ at: performance.now(), kind: 'serves', server: neverRight, serves: false });
    const gauges = join(lab.directory('gauges'), 'gauges');
    const [one, other] = site.directors;
    const keepers = [
      keep(site, one, gauges, watching.record),
      keep(site, other, gauges, watching.record),
    ] as const;
    const gauging = watchGauges(() => keepers, gauges);
    lab.defer(gauging.stop);
    const chosen = (options.faults ?? faults).filter(({ name }) => name.includes(options.only ?? ''));
    const run: Run = { ...options, site, watch: watching, keepers, faults: chosen };
    options.say(`seed ${options.seed}, ${chosen.length} faults, ${hasIpvs ? 'with' : 'without'} IPVS`);
    for (const missing of missingFaults) options.say(`left out: ${missing}`);
    const outcome = await walk(run);
    const slopes = slopesOf(gauging.looks());
    options.say(formatSlopes(slopes));
    for (const keeper of keepers) await keeper.stop();
    return { ...outcome, slopes };
  });

/** Whoever is killed is known to be dead. */
const noticedMs = 500;

const nothing = { rounds: 0, requests: 0, lost: 0, stalledMs: 0, violations: [], excused: [] };

async function walk(run: Run): Promise<Omit<SoakOutcome, 'slopes'>> {
  const begun = performance.now();
  const settled = await settle(run);
  if (settled !== true) {
    sayLast(run, 20);
    return { ...nothing, violations: [`at the start: ${settled}`] };
  }
  let { rounds, requests, lost, stalledMs } = nothing;
  const broken: string[] = [];
  const excused: string[] = [];
  while (rounds < run.roundsMax && performance.now() - begun < run.secondsMax * 1000) {
    const planned = planRound(run.seed, run.first + rounds, run.faults);
    const round = await torment(run, planned);
    const figures = measure(run.watch.samples(), round, promised);
    const judged = judge(run.watch.samples(), round, promised);
    run.say(tell(planned, round, figures));
    rounds += 1;
    requests += figures.requests;
    lost += figures.lost;
    stalledMs += figures.stalledMs;
    excused.push(...excuse(run, planned, judged.excused));
    if (judged.violations.length > 0) broken.push(...explain(run, planned, judged.violations));
    if (round.settled !== true) break;
    run.watch.forget(round.to - 60_000);
  }
  run.say(`${rounds} rounds, ${requests} requests, ${lost} lost`);
  return { rounds, requests, lost, stalledMs, violations: broken, excused };
}

/** One fault, from its injection until all is well again. */
async function torment(run: Run, planned: PlannedRound<Fault>): Promise<Round> {
  const { fault, lastsMs, random } = planned;
  const target = run.keepers[planned.target];
  const other = run.keepers[planned.target === 0 ? 1 : 0];
  const { witnesses } = run.watch;
  await pause(planned.afterMs);
  const from = performance.now();
  const disturbed = (on: boolean) =>
    run.watch.record({ at: performance.now(), kind: 'disturbed', host: target.name, disturbed: on });
  disturbed(true);
  target.expectEnds(!fault.gentle);
  const dying = dieAndReturn(run, planned);
  const mend = await fault.inject({ site: run.site, target, other, witnesses, lastsMs, random });
  await pause(lastsMs);
  await mend();
  await dying;
  const settled = await settle(run);
  disturbed(false);
  target.expectEnds(false);
  const to = performance.now();
  const what = 'the witnesses have looked until the end of the round';
  await waitUntil(() => witnesses.seenUntil() >= to, { timeoutMs: 30_000, what });
  const { bound = () => ({}) } = fault;
  return { from, to, bound: { ...usual, ...bound(lastsMs) }, settled };
}

async function dieAndReturn({ site, watch }: Run, { death }: PlannedRound<Fault>): Promise<void> {
  if (death === undefined) return;
  const server = site.servers[death.server];
  const record = (serves: boolean) =>
    watch.record({ at: performance.now(), kind: 'serves', server: server.name, serves });
  await pause(death.afterMs);
  await server.stop();
  record(false);
  await pause(death.forMs);
  record(true);
  await server.start();
}

/** Until the higher one holds the address alone, both are whole, and the client is served. @returns else what is not so. */
async function settle({ watch, keepers, site }: Run): Promise<true | string> {
  let last = '';
  const look = async () => {
    const holders = watch.holders().join(' and ');
    const complaints = await Promise.all([keepers[0].complaint('active'), keepers[1].complaint('backup')]);
    const [complaint] = complaints.filter((each) => each !== undefined);
    if (complaint !== undefined) last = complaint;
    else if (holders !== site.directors[0].name) last = `the address is held by ${holders || 'nobody'}`;
    else if (!watch.served(10)) last = 'requests are lost';
    else return true;
    return false;
  };
  try {
    // What was done last has an effect by then.
    await pause(noticedMs);
    return await waitUntil(look, { timeoutMs: 30_000, everyMs: 100, what: 'the pair is well' });
  } catch {
    return last;
  }
}

type Figures = ReturnType<typeof measure>;

const tell = ({ round, fault, target, lastsMs, death }: PlannedRound<Fault>, whole: Round, found: Figures) =>
  [
    `round ${round}: ${fault.name}, at ${target === 0 ? 'the active' : 'the backup'} for ${lastsMs} ms`,
    ...(death === undefined ? [] : ['a server dies']),
    `no holder ${found.noHolderMs} of ${Math.round(whole.bound.noHolderMs)} ms`,
    `two ${found.twoHoldersMs} of ${Math.round(whole.bound.twoHoldersMs)}`,
    `no answer ${found.silentMs} of ${Math.round(whole.bound.silentMs)}`,
    `${found.lost} of ${found.requests} requests lost`,
    ...(found.stalledMs > 0 ? [`the machine stood still for ${found.stalledMs} ms`] : []),
    `${((whole.to - whole.from) / 1000).toFixed(1)} s`,
  ].join('; ');

function excuse(run: Run, { round }: PlannedRound<Fault>, excused: readonly Violation[]): readonly string[] {
  const lines = excused.map(({ invariant, what }) => `round ${round}: ${invariant}: ${what}`);
  for (const line of lines) run.say(`excused: ${line}`);
  return lines;
}

/** What is told of a violation; the whole stream of the round and the logs are in a folder of .lab/soak. */
function explain(
  run: Run,
  { round }: PlannedRound<Fault>,
  violations: readonly Violation[],
): readonly string[] {
  const folder = join(checkoutRoot, '.lab', 'soak', `${run.seed}-${round}`);
  mkdirSync(folder, { recursive: true });
  const samples = run.watch.samples().filter(({ kind }) => kind !== 'reply' && kind !== 'answer');
  writeFileSync(
    join(folder, 'samples.jsonl'),
    samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''),
  );
  for (const keeper of run.keepers)
    writeFileSync(join(folder, `${keeper.name}.log`), `${keeper.lastLines(400).join('\n')}\n`);
  const what = violations.slice(0, 8).map(({ invariant, what }) => `round ${round}: ${invariant}: ${what}`);
  for (const line of what) run.say(`VIOLATED: ${line}`);
  run.say(`replay: SEED=${run.seed} ROUND=${round} ROUNDS=1 make soak`);
  sayLast(run, 20);
  run.say(`more of it: ${folder}`);
  return what;
}

function sayLast(run: Run, count: number): void {
  for (const keeper of run.keepers) {
    run.say(`${keeper.name} said last:`);
    for (const line of keeper.lastLines(count)) run.say(`  ${line}`);
  }
}
