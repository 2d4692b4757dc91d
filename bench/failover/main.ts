// How long a client is without its service when a director goes, and how long two directors hold the address:
// keepalived and lvs-director by turns, in the same namespaces, with the same settings.
//   node main.js [--scenario NAME]... [--interval 1s|100ms|10ms]... [--runs N] [--json]
// Needs root. One table at the end; status 1 if a goal was missed, 2 for bad usage.
import { parseArgs } from 'node:util';
import { parseDuration } from '../../src/config/values/scalars.ts';
import { exitBySignals, refusing, wordsOr } from '../command-line.ts';
import type { Measure } from './goals.ts';
import { median } from './observation.ts';
import type { PairOptions } from './pair.ts';
import { type Measured, measure } from './run.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { formatTable, type Pairing, type Result, rowsOf } from './table.ts';

const products: Readonly<Record<Pairing, PairOptions['products']>> = {
  keepalived: { a: 'keepalived', b: 'keepalived' },
  'lvs-director': { a: 'lvs-director', b: 'lvs-director' },
  'lvs-director, then keepalived': { a: 'lvs-director', b: 'keepalived' },
};

const usage = `Usage: failover [--scenario NAME]... [--interval TIME]... [--runs N] [--json]
  scenarios: ${scenarios.map(({ name }) => name).join(' ')}
  intervals: 1s 100ms 10ms, or any other time between adverts
  runs: of each, spread over the phases of the advert interval; default 5
`;

const refuse: (why: string) => never = refusing(usage);

const readWords = () =>
  parseArgs({
    options: {
      scenario: { type: 'string', multiple: true },
      interval: { type: 'string', multiple: true, default: ['1s', '100ms', '10ms'] },
      runs: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  }).values;

function readOptions() {
  const values = wordsOr(refuse, readWords);
  const chosen = (values.scenario ?? scenarios.map(({ name }) => name)).map(
    (name) => scenarios.find((one) => one.name === name) ?? refuse(`Cannot run ${name}: no such scenario`),
  );
  const intervals = values.interval.map(
    (text) => parseDuration(text) ?? refuse(`Cannot read interval ${text}`),
  );
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1)
    refuse(`Cannot run: expected a number of runs from 1, got ${values.runs}`);
  return { chosen, intervals, runs, json: values.json };
}

const pairingsOf = (scenario: Scenario): readonly Pairing[] => [
  ...(scenario.twoPaths === true ? [] : (['keepalived'] as const)),
  'lvs-director',
  ...(scenario.besideKeepalived === true ? (['lvs-director, then keepalived'] as const) : []),
];

const measuresOf = (scenario: Scenario): readonly Measure[] =>
  scenario.countsTransitions === true ? ['backup acts', 'outage'] : ['outage', 'both hold'];

exitBySignals();

const { chosen, intervals, runs, json } = readOptions();
const say = (line: string) => process.stderr.write(`${line}\n`);
const results: Result[] = [];
let coarsestMs = 0;

for (const scenario of chosen) {
  for (const intervalMs of intervals) {
    const found = new Map<Pairing, Measured[]>(pairingsOf(scenario).map((pairing) => [pairing, []]));
    for (let run = 0; run < runs; run += 1) {
      for (const [pairing, measured] of found) {
        const twoPaths = scenario.twoPaths === true;
        const options = { products: products[pairing], intervalMs, twoPaths };
        const one = await measure(options, scenario, (run + 0.5) / runs);
        measured.push(one);
        coarsestMs = Math.max(coarsestMs, one.resolutionMs);
        say(
          `${scenario.title}, ${intervalMs} ms, ${pairing}: outage ${one.outageMs.toFixed(1)} ms, both hold ` +
            `${one.bothMs.toFixed(1)} ms${one.bothWithoutEnd ? ' and more' : ''}, probes up to ${one.resolutionMs.toFixed(1)} ms apart`,
        );
      }
    }
    for (const [pairing, measured] of found) {
      const { name, title } = scenario;
      results.push({
        ...{ scenario: name, title, intervalMs, pairing },
        measures: measuresOf(scenario),
        runs: measured,
      });
    }
  }
}

const rows = rowsOf(results);
if (json) console.log(JSON.stringify({ runs, coarsestMs, rows, results }, undefined, 2));
else {
  console.log(formatTable(rows));
  const pauses = results.flatMap((result) => result.runs.map(({ resolutionMs }) => resolutionMs));
  const apart = `at most ${median(pauses).toFixed(1)} ms apart in the median run, ${coarsestMs.toFixed(1)} ms in the worst`;
  console.log(`\nMilliseconds, median / maximum of ${runs} runs; probes ${apart}.`);
}
process.exitCode = rows.some(({ goal }) => goal?.met === false) ? 1 : 0;
