// A witness of a soak run: does nothing but sleep and look at how late it is called, and so tells a machine that gives
// nobody a processor from a director that is late. Says `stall FROM TO` where it was called far too late, and every so
// often `seen TO`: that it has looked until then. Times are milliseconds of CLOCK_MONOTONIC, which all processes share.
//   node witness.mjs LATE_MS
const everyMs = 20;
const lateMs = Number(process.argv[2]);
const saysEveryMs = 200;

const now = () => Number(process.hrtime.bigint() / 1000n) / 1000;

let called = now();
let said = called;
setInterval(() => {
  const at = now();
  const due = called + everyMs;
  called = at;
  const isLate = at - due > lateMs;
  if (!isLate && at - said < saysEveryMs) return;
  said = at;
  process.stdout.write(isLate ? `stall ${due} ${at}\n` : `seen ${at}\n`);
}, everyMs);
