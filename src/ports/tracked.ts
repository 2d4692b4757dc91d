// What tracking needs of the host: a command run once, the text of a file as it changes, and the processes there are.

export type ScriptRequest = {
  /** The program's absolute path, and its arguments; no shell. */
  readonly command: readonly string[];
  /** Absent: an unprivileged one where this process may change to it, else its own. */
  readonly user?: string;
  /** Absent: until it is killed. */
  readonly timeoutMs?: number;
  /** It does something, where others find something out: as this process itself, and what it starts goes on. */
  readonly isAction?: true;
};

export type ScriptResult =
  | {
      readonly outcome: 'success' | 'failure';
      /** How it ended, and behind a colon what it said last. */
      readonly detail: string;
      /** Absent where it did not end by itself. */
      readonly exitStatus?: number;
      /** The last line that it said; never of an action. */
      readonly said?: string;
    }
  /** Could not be run for want of something that has nothing to do with it (processes, memory). */
  | { readonly outcome: 'unmade'; readonly detail: string };

export type ScriptRun = {
  /** Settles at the timeout at the latest. Never rejects. */
  readonly result: Promise<ScriptResult>;
  /** Settles when nothing of it runs any more: not before may it be run again. */
  readonly ended: Promise<void>;
  /** Asks it, and all that it has started, to end. */
  readonly terminate: () => void;
  /** It and all that it has started. */
  readonly kill: () => void;
};

export type RunScript = (request: ScriptRequest) => ScriptRun;

/** Tells the beginning of the file's text, at once and after each change; undefined: it cannot be read. */
export type WatchFile = (path: string, listener: (text: string | undefined) => void) => () => void;

/** The argument vectors of all processes that have one. Never rejects. */
export type ListProcesses = () => Promise<readonly (readonly string[])[]>;
