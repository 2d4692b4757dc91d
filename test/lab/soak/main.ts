// `make soak`: a soak run as the environment has it (SECONDS, ROUNDS, SEED, ROUND, ONLY), told line by line.
// Status 1 where an invariant did not hold, or a process grew over its life.
import { verdictOn } from '../../soak/curve.ts';
import { soak } from './soak.ts';

const number = (name: string, otherwise: number) => {
  const text = process.env[name] ?? '';
  if (text !== '' && !/^\d+$/.test(text))
    throw new Error(`Cannot soak: expected ${name} to be a whole number, got ${text}`);
  return text === '' ? otherwise : Number(text);
};

// The lab goes with the end of the process, and a signal's own way would leave it behind.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => process.exit(130));

const begun = performance.now();
const only = process.env.ONLY ?? '';
const roundsMax = number('ROUNDS', Number.POSITIVE_INFINITY);
const outcome = await soak({
  seed: number('SEED', Math.floor(Date.now() / 1000) % 1_000_000),
  secondsMax: number('SECONDS', Number.isFinite(roundsMax) ? Number.POSITIVE_INFINITY : 3600),
  roundsMax,
  first: number('ROUND', 0),
  ...(only !== '' && { only }),
  say: (line) => console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(5)}  ${line}`),
});
const growing = outcome.slopes.filter(({ flat }) => flat === false);
for (const line of outcome.violations) console.log(`VIOLATED: ${line}`);
console.log(
  `${outcome.rounds} rounds, ${outcome.requests} requests, ${outcome.lost} lost; ` +
    `the machine stood still for ${(outcome.stalledMs / 1000).toFixed(1)} s, which excuses ${outcome.excused.length}; ` +
    `${outcome.violations.length === 0 ? 'every invariant held' : 'AN INVARIANT DID NOT HOLD'}; ` +
    verdictOn(outcome.slopes),
);
process.exitCode = outcome.violations.length > 0 || growing.length > 0 ? 1 : 0;
