// How much of a service must serve, in keepalived's words (docs/reference/keepalived.md §5). What the numbers come to
// is quorum.ts's.

import { command } from '../values/command-words.ts';
import { optional } from '../values/documented.ts';
import { plainName, whole } from '../values/leaves.ts';

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
    plainName,
    'The user that both run as. Default: script_user, else keepalived_script or nobody.',
  ),
} as const;
