// How much of a service must serve, in keepalived's words (docs/reference/keepalived.md §5): quorum, hysteresis and their
// programs, a service's own, else those of the top level, each for itself. When a service has its quorum is
// reconcile/quorum.ts's.
import type { z } from 'zod';
import type { QuorumConfig, VirtualConfig } from '../../model/config/service.ts';
import { errorAt, type Warn } from '../problem.ts';
import { present } from '../resolution.ts';
import { command } from '../values/command-words.ts';
import { optional } from '../values/documented.ts';
import { userName, whole } from '../values/scalars.ts';
import { type Subject, sharedSite } from './subject.ts';

/** The sum of 4096 servers of the greatest weight. */
const quorumMax = 268_435_456;

/** At the top level and in a virtual service. */
export const quorumShape = {
  quorum: optional(
    whole(1, quorumMax),
    'The sum of the weights of the servers that must serve. Unset: one server is enough, whatever its weight.',
  ),
  hysteresis: optional(
    whole(0, quorumMax),
    'The quorum is gained at quorum + hysteresis and lost below quorum - hysteresis.',
    '0',
  ),
  quorum_up: optional(
    command(),
    'A program to run when the quorum is gained; with its arguments, quoted as in a shell, and nothing more.',
  ),
  quorum_down: optional(command(), 'A program to run when the quorum is lost.'),
  quorum_user: optional(
    userName(),
    'The user that both run as. Default: script_user, else keepalived_script or nobody.',
  ),
} as const;
type QuorumDraft = z.output<z.ZodObject<typeof quorumShape>>;

/** Undefined where nothing of it is said. One of the others alone means keepalived's quorum of 1. */
export function resolveQuorum(subject: Subject<QuorumDraft, QuorumDraft>): QuorumConfig | undefined {
  const { draft, globals } = subject;
  const own = <Key extends keyof QuorumDraft>(key: Key) => draft[key] ?? globals[key];
  const {
    quorum = 1,
    hysteresis = 0,
    ...programs
  } = present({
    quorum: own('quorum'),
    hysteresis: own('hysteresis'),
    up: own('quorum_up'),
    down: own('quorum_down'),
  });
  if (own('quorum') === undefined && own('hysteresis') === undefined && Object.keys(programs).length === 0) {
    return undefined;
  }
  judgeLimits({ quorum, hysteresis }, subject);
  return { quorum, hysteresis, ...programs, ...present({ user: own('quorum_user') }) };
}

function judgeLimits(
  { quorum, hysteresis }: Pick<QuorumConfig, 'quorum' | 'hysteresis'>,
  subject: Subject<QuorumDraft>,
): void {
  if (hysteresis < quorum) return;
  const { draft, resolution } = subject;
  const key = draft.hysteresis === undefined && draft.quorum !== undefined ? 'quorum' : 'hysteresis';
  const rule = `less than quorum (${quorum})`;
  resolution.problems.push(errorAt(sharedSite(subject, key), 'use hysteresis', rule, `${hysteresis}`));
}

const quorumKeys = ['quorum', 'hysteresis', 'quorum_up', 'quorum_down', 'quorum_user'] as const;

/** keepalived lowers a quorum to what there is, and never regains one that hysteresis puts beyond that. */
export function judgeQuorum(virtual: VirtualConfig, draft: QuorumDraft, warn: Warn): void {
  const { quorum: limits, reals, namedReals = [], realFile, checktype } = virtual;
  const said = quorumKeys.find((key) => draft[key] !== undefined);
  if (checktype.kind === 'off' && said !== undefined) {
    warn(said, 'know the quorum', 'servers that are checked', 'checktype off');
  }
  if (limits === undefined) return;
  if (draft.quorum_user !== undefined && limits.up === undefined && limits.down === undefined) {
    warn('quorum_user', 'use quorum_user', 'quorum_up or quorum_down beside it', 'neither');
  }
  const { quorum, hysteresis } = limits;
  if (namedReals.length > 0 || realFile !== undefined) return;
  const sum = reals.reduce((total, { weight }) => total + weight, 0);
  const enough = `at most the sum of the weights (${sum}), which counts instead`;
  if (quorum > sum) warn('quorum', 'reach the quorum', enough, `${quorum}`);
  else if (quorum + hysteresis > sum) {
    warn('hysteresis', 'regain the quorum', `quorum + hysteresis ${enough}`, `${quorum} + ${hysteresis}`);
  }
}
