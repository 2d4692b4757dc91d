// Collects what is to be mailed, by who gets it and by which server, and hands on one mail for each when its time has
// come, or when all is to go. What a mail says and how long is collected is mail-digest.ts's.
import type { MailAddress, SmtpServer } from '../../model/config/mail.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import { linesMax, nextWindowMs, type TimedLine } from './mail-digest.ts';
import type { MailLine } from './mail-lines.ts';

/** Who gets it; from whom, and by which server, if not as all do. */
export type MailRoute = {
  readonly to: readonly MailAddress[];
  readonly from?: MailAddress;
  readonly smtp?: SmtpServer;
};

export type Collected = { readonly lines: readonly TimedLine[]; readonly total: number };

export type MailWindows = {
  readonly add: (route: MailRoute, line: MailLine) => void;
  readonly flush: () => void;
};

export type MailWindowsPorts = {
  readonly clock: Clock;
  /** RFC 3339. */
  readonly wallClock: () => string;
  readonly digestMs: () => number;
  readonly send: (route: MailRoute, collected: Collected) => void;
};

/** One for each route, as many as the configuration has. */
type Group = {
  readonly route: MailRoute;
  readonly lines: TimedLine[];
  total: number;
  cancel: (() => void) | undefined;
  windowMs: number;
  endedAt: Micros | undefined;
};

export function createMailWindows({ clock, wallClock, digestMs, send }: MailWindowsPorts): MailWindows {
  const groups = new Map<string, Group>();

  function end(group: Group): void {
    const { route, total } = group;
    group.cancel?.();
    group.cancel = undefined;
    group.endedAt = clock.now();
    const lines = group.lines.splice(0);
    group.total = 0;
    send(route, { lines, total });
  }

  function begin(group: Group): void {
    const { windowMs, endedAt } = group;
    const endedMsAgo = endedAt === undefined ? undefined : (clock.now() - endedAt) / 1000;
    group.windowMs = nextWindowMs(
      digestMs(),
      endedMsAgo === undefined ? undefined : { ms: windowMs, endedMsAgo },
    );
    group.cancel = clock.after(group.windowMs, () => end(group));
  }

  return {
    add: (route, line) => {
      const key = JSON.stringify(route);
      const group: Group = groups.get(key) ?? {
        ...{ route, lines: [], total: 0, cancel: undefined, windowMs: 0, endedAt: undefined },
      };
      groups.set(key, group);
      group.total += 1;
      if (group.lines.length < linesMax) group.lines.push({ ...line, at: wallClock() });
      if (group.cancel === undefined) begin(group);
    },
    flush: () => {
      for (const group of groups.values()) if (group.cancel !== undefined) end(group);
    },
  };
}
