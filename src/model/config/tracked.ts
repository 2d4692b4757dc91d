// What routers may track, as configured.
import type { Position } from './problem.ts';

/** A command that is run again and again; vrrp_script in keepalived's words. */
export type TrackScriptConfig = {
  readonly name: string;
  /** The program's absolute path, and its arguments. */
  readonly command: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
  /** Taken for failed until it has succeeded `rise` times; absent: its first result decides. */
  readonly initFail?: true;
  /** Absent: an unprivileged one where the daemon may change to it. */
  readonly user?: string;
  readonly at: Position;
};

/** A file that holds a number. */
export type TrackFileConfig = { readonly name: string; readonly file: string; readonly at: Position };

/** Processes that must be there. */
export type TrackProcessConfig = {
  readonly name: string;
  /** A path, or the last part of one. */
  readonly program: string;
  /** Absent: any. */
  readonly parameters?: string;
  readonly paramMatch: 'exact' | 'initial' | 'partial';
  readonly quorum: number;
  readonly quorumMax?: number;
  readonly intervalMs: number;
  readonly at: Position;
};

/** What trackers of virtual routers refer to, beside interfaces and virtual services. */
export type TrackedConfig = {
  readonly scripts: readonly TrackScriptConfig[];
  readonly files: readonly TrackFileConfig[];
  readonly processes: readonly TrackProcessConfig[];
};
