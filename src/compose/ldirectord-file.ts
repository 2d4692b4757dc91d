// Where ldirectord looks for a file that it is named, on its command line and by `execute`.
import { statSync } from 'node:fs';

const folders = ['/etc/ha.d', '/etc/ha.d/conf'];

/** In ldirectord's order. */
export const candidatesOf = (given: string): readonly string[] => [
  ...folders.map((folder) => `${folder}/${given}`),
  given,
];

export const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** @returns undefined where there is no such file; what is found is as ldirectord names it. */
export const findFile = (given: string): string | undefined => candidatesOf(given).find(isFile);
