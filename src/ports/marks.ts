// Firewall marks that this host sets, in tables of ours, one a family.
import type { Family } from '../net/ip.ts';
import type { Mark } from '../net/mark.ts';
import type { Result } from '../net/result.ts';
import type { KernelError } from './kernel.ts';

export type MarkKernel = {
  /** What is marked now; 'none' where our table is not there, 'damaged' where somebody has changed how it works. */
  readonly observe: (family: Family) => Promise<Result<readonly Mark[] | 'none' | 'damaged', KernelError>>;
  /** These and nothing else, all at once: no packet meets a half of it. Without any the table goes. */
  readonly replace: (family: Family, marks: readonly Mark[]) => Promise<KernelError | undefined>;
};
