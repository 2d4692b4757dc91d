// A corpus of files that are no part of this repository: LVS_CORPUS names its folder `ldirectord`, else it lies in
// shared/corpus beside the checkout, or beside the folder of the checkout. Tests say so where there is none.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutRoot } from '../lab/harness/checkout.ts';

const candidates = [
  ...(process.env.LVS_CORPUS === undefined ? [] : [join(process.env.LVS_CORPUS, '..')]),
  ...['..', '../..'].map((up) => join(checkoutRoot, up, 'shared/corpus')),
];

/** The folder of that kind, there or not: the first place is named where none of them is. */
export function corpusBeside(kind: 'ldirectord' | 'keepalived'): string {
  const folders = candidates.map((folder) => join(folder, kind));
  return folders.find(existsSync) ?? folders[0] ?? kind;
}
