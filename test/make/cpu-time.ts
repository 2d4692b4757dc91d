// How long something takes of the processor: on a busy machine the clock tells nothing of it.

/** @returns milliseconds of this process. */
export function cpuMsOf(work: () => void): number {
  const begun = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}
