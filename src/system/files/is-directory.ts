// Whether a path leads to a directory, for whoever only tells of it.
import { statSync } from 'node:fs';

/** Follows links; false where nobody may look. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
