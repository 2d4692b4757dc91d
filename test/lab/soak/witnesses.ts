// The witnesses of a soak run (witness.mjs): one that is scheduled as a main process is, and one as a VRRP process is,
// so that what delays either of them without any fault of its own is known. What they saw becomes samples.
import type { Sample } from '../../soak/stream.ts';
import { checkoutRoot } from '../harness/checkout.ts';
import type { Lab } from '../harness/namespaces.ts';
import { type Running, start } from '../harness/process.ts';
import { lateMs } from './site.ts';

export type Witnesses = {
  readonly all: readonly Running[];
  /** All have looked until then. */
  readonly seenUntil: () => number;
};

/** As the VRRP process is by default (`vrrp_process`, docs/config.md). */
const realtime = ['chrt', '--rr', '20'];

export function startWitnesses(lab: Lab, record: (sample: Sample) => void): Witnesses {
  const started = [[], realtime].map((prefix) => startWitness(prefix, record));
  for (const { running } of started) lab.defer(async () => void (await running.stop()));
  return {
    all: started.map(({ running }) => running),
    seenUntil: () => Math.min(...started.map(({ seen }) => seen())),
  };
}

function startWitness(prefix: readonly string[], record: (sample: Sample) => void) {
  let seen = Number.NEGATIVE_INFINITY;
  const ownTime = (word = '') => Number(word) + performance.now() - Number(process.hrtime.bigint()) / 1e6;
  const onLine = (line: string) => {
    const [what, ...times] = line.split(' ');
    if (what !== 'stall' && what !== 'seen') return;
    seen = ownTime(times.at(-1));
    if (what === 'stall') record({ at: seen, kind: 'stall', ms: seen - ownTime(times[0]) });
  };
  const program = `${checkoutRoot}/test/lab/soak/witness.mjs`;
  return {
    running: start([...prefix, process.execPath, program, `${lateMs}`], { onLine }),
    seen: () => seen,
  };
}
