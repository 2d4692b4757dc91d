// How many of the packets of nobody known are let in: one in 1, 2, 4, 8 …, so that those that come in stay within a
// budget, of each class by itself. Whose packets are whose class is admission.ts's.

/** Strange: can never be ours. Unknown: on our VRIDs, of somebody who is not known. */
export type SampledClass = 'unknown' | 'strange';
export const sampledClasses = ['unknown', 'strange'] as const;

/** Packets of a tenth of a second. */
const budgets = { unknown: 50, strange: 10 } as const;
/** By how much the sample is thinned out at a time. */
const steps = { unknown: 1, strange: 2 } as const;
const shiftMax = 16;

/** One in 2 to the power of `shift` comes in. */
export type Sample = { shift: number; inWindow: number; inSecond: number };
export type Samples = Readonly<Record<SampledClass, Sample>>;

export const wholeSamples = (): Samples => ({
  unknown: { shift: 0, inWindow: 0, inSecond: 0 },
  strange: { shift: 0, inWindow: 0, inSecond: 0 },
});

/** One came in. @returns whether fewer are to come in from now on */
export function spend(samples: Samples, kind: SampledClass): boolean {
  const sample = samples[kind];
  sample.inWindow += 1;
  sample.inSecond += 1;
  if (sample.inWindow <= budgets[kind]) return false;
  sample.inWindow = 0;
  if (sample.shift === 0) sample.inSecond = 0;
  sample.shift = Math.min(shiftMax, sample.shift + steps[kind]);
  return true;
}

/** Each tenth of a second. */
export function beginWindow(samples: Samples): void {
  for (const kind of sampledClasses) samples[kind].inWindow = 0;
}

/** Each second: more are let in where that second was quiet. */
export function relax(samples: Samples): void {
  for (const kind of sampledClasses) {
    const sample = samples[kind];
    if (sample.inSecond === 0) sample.shift = 0;
    else if (8 * sample.inSecond < 10 * budgets[kind]) sample.shift = Math.max(0, sample.shift - 1);
    sample.inSecond = 0;
  }
}

export const isThinned = (samples: Samples): boolean =>
  sampledClasses.some((kind) => samples[kind].shift > 0);
