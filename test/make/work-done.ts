// How much our code did, in a measure that knows no clock: how often each block of it ran (V8's precise coverage). Work of
// native code, such as copying an array, is not in it; whatever looks at each entry of it is.
import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';

/** @returns blocks of files below src/ that ran while `work` did, each as often as it ran. */
export async function workDone(work: () => Promise<void>): Promise<number> {
  const session = new Session();
  session.connect();
  // What V8 has optimised does not count itself.
  setFlagsFromString('--no-opt');
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    await work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const ours = result.filter(({ url }) => url.includes('/src/') && !url.includes('/node_modules/'));
    const ranges = ours.flatMap(({ functions }) => functions.flatMap((each) => each.ranges));
    return ranges.reduce((sum, { count }) => sum + count, 0);
  } finally {
    session.disconnect();
    setFlagsFromString('--opt');
  }
}
