// The firewall marks of private services, by which checks go the way of clients. A range of their own, which no config may
// use; within it a mark follows from the names of service and server alone, so that a restart, a reload and the other
// director give each the same. Of two that fall on one mark the first by name has it, the other the next free one.

/** Both ends belong to it: 0x4c000000 to 0x4fffffff. */
export const checkMarkMin = 0x4c00_0000;
export const checkMarkMax = 0x4fff_ffff;

export const isCheckMark = (mark: number): boolean => mark >= checkMarkMin && mark <= checkMarkMax;

/** @param keys of servers, in any order; the same keys have the same marks. */
export function allotCheckMarks<Key extends string>(keys: Iterable<Key>): ReadonlyMap<Key, number> {
  const marks = new Map<Key, number>();
  const taken = new Set<number>();
  for (const key of [...new Set(keys)].sort()) {
    let mark = checkMarkMin + (hashOf(key) % size);
    while (taken.has(mark)) mark = mark === checkMarkMax ? checkMarkMin : mark + 1;
    taken.add(mark);
    marks.set(key, mark);
  }
  return marks;
}

const size = checkMarkMax - checkMarkMin + 1;

/** FNV-1a of 32 bits, over the text's UTF-16 units; its halves are mixed, as only the lower bits count. */
function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193);
  }
  return (hash ^ (hash >>> 16)) >>> 0;
}
