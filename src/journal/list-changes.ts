// The changes that a log line names, and how many it leaves out.

const changesToldMax = 20;

export function listChanges<T>(changes: readonly T[], describe: (change: T) => string): readonly string[] {
  const told = changes.slice(0, changesToldMax).map(describe);
  const rest = changes.length - told.length;
  return rest === 0 ? told : [...told, `and ${rest} more`];
}
