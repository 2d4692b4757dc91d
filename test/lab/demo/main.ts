// The demo: a pair of directors, first with direct routing, then with NAT, told and measured step by step.
//   node main.js [dr] [nat]
// Ends with a table of all that was measured; status 1 if any of it was not as it should be.
import { parseArgs } from 'node:util';
import { withLab } from '../harness/namespaces.ts';
import { createRecord, formatTable } from './report.ts';
import { tellStory } from './story.ts';
import { buildDirectRouting, buildNat } from './topology.ts';

const forms = { dr: buildDirectRouting, nat: buildNat } as const;

const { positionals } = parseArgs({ allowPositionals: true });
const started = performance.now();
const record = createRecord((line) => console.log(line));

for (const [name, build] of Object.entries(forms)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  await withLab(async (lab) => {
    const topology = await build(lab);
    await tellStory(lab, topology, record.report(topology.name));
  });
}

const failed = record.measurements.filter(({ good }) => !good);
console.log(`\n${formatTable(record.measurements)}\n`);
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `${record.measurements.length} measurements in ${seconds} s, ${failed.length} not as they should be`,
);
// Also where there is nothing to show: a demo without measurements has not shown anything.
process.exitCode = failed.length > 0 || record.measurements.length === 0 ? 1 : 0;
