// The program that this process runs, as its files are in it (scripts/build/loader.cjs): it stays open, so an upgrade that
// takes it away takes nothing from a daemon that runs. Processes of ours run the same one as we do, whatever is
// installed when they start. Of the sources, file by file, there is nothing to say.
import type { ForkOptions, StdioOptions } from 'node:child_process';

type OwnProgram = {
  readonly fd: number;
  /** Of the environment, which tells a process of ours its descriptor. */
  readonly variable: string;
  /** A file in it: a chunk, or the map of one. */
  readonly readText: (name: string) => string | undefined;
};

declare global {
  interface ImportMeta {
    /** As scripts/build/bundle.mjs gives it. */
    readonly program?: OwnProgram;
  }
}

/** After the three streams and the channel. */
const fdOfChild = 4;

/** For fork(3) of ours: its streams, as given, and the same program. */
export function withOwnProgram(
  options: ForkOptions,
  streams: readonly ('inherit' | 'ignore' | 'pipe')[] = ['inherit', 'inherit', 'inherit'],
): ForkOptions {
  // Node reads these before anything else, for as long as it takes to start: they are for those alone that speak TLS.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const program = import.meta.program;
  if (program === undefined) return { ...options, env, stdio: [...streams, 'ipc'] };
  const stdio: StdioOptions = [...streams, 'ipc', program.fd];
  return { ...options, stdio, env: { ...env, [program.variable]: String(fdOfChild) } };
}

/** Of those that a process of ours has inherited, which it was not given for itself. */
export const isForChild = (fd: number): boolean => fd <= fdOfChild;

/** Of a file in the program. */
export const readOwn = (name: string): string | undefined => import.meta.program?.readText(name);
