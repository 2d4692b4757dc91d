// Test files for kernels that run side by side, so that all end at about the same time: the longest first, each to
// the one that has least to do. What takes how long is known from a run (test/seconds.json); a file that is not
// listed there yet counts as one like others.

/** Of a file that was never measured. */
const secondsUnknown = 30;

/** @param seconds by file. @returns at most `count` lists, none of them empty */
export function shareOut(files, seconds, count) {
  const cost = (file) => seconds[file] ?? secondsUnknown;
  const shares = Array.from({ length: count }, () => ({ files: [], seconds: 0 }));
  const byCost = [...files].sort((a, b) => cost(b) - cost(a) || (a < b ? -1 : 1));
  for (const file of byCost) {
    const share = shares.reduce((least, each) => (each.seconds < least.seconds ? each : least));
    share.files.push(file);
    share.seconds += cost(file);
  }
  return shares.map((share) => share.files).filter((share) => share.length > 0);
}
