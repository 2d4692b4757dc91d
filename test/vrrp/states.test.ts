import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { explore, type Way } from './explore.ts';

const FILE = new URL('../../docs/states.md', import.meta.url);

const HEAD = `# The states of a virtual router

This file is made from the state machine itself: every event is tried in every state that can be reached
(\`test/vrrp/explore.ts\`), and a test fails when the file says something else. After a change of the machine,
\`UPDATE=1 npx vitest run --project unit test/vrrp/states.test.ts\` writes it anew; the difference is what to review.

\`initialize\`, \`backup\` and \`active\` are those of RFC 9568 §6.4 (RFC 3768 says Master for active). Two are ours:

- \`leaving\`: priority 0 is sent, and the addresses are served until a successor has them, so that nobody notices
  (the RFC removes them at once). It ends in \`initialize\` after a shutdown, in \`backup\` after a hand-over on request
  or with the sync group or because its adverts went to nobody, in \`fault\` after something tracked failed; without a successor, a hand-over ends in
  \`active\` again.
  A start that finds the addresses of an earlier run (their lease still runs) begins here too: priority 0 is said once,
  and they answer until a successor is heard; without one the router is active after Active_Down_Interval.
- \`fault\`: the interface is down, or something that is tracked with weight 0 has failed.

The addresses are in the kernel exactly while the router is \`active\` or \`leaving\`.
`;

/** More kinds of events than that need no names. */
const ANYTHING = 5;
const ORDER = ['initialize', 'backup', 'active', 'leaving', 'fault'];
const place = ({ from, to, reason }: Way): string => `${ORDER.indexOf(from)} ${ORDER.indexOf(to)} ${reason}`;

function render(ways: readonly Way[]): string {
  const sorted = [...ways].sort((a, b) => (place(a) < place(b) ? -1 : 1));
  const arrows = new Map<string, string[]>();
  for (const { from, to, reason } of sorted) {
    const key = `${from} --> ${to}`;
    arrows.set(key, [...(arrows.get(key) ?? []), reason]);
  }
  const drawn = [...arrows].map(([arrow, reasons]) => `    ${arrow}: ${reasons.join('<br>')}`);
  const rows = sorted.map(
    ({ from, to, reason, events, deeds }) =>
      `| ${from} | ${to} | \`${reason}\` | ${events.length > ANYTHING ? 'anything' : events.join('; ')} | ${deeds.join('; or ')} |`,
  );
  return [
    HEAD,
    '```mermaid',
    'stateDiagram-v2',
    '    [*] --> initialize',
    ...drawn,
    '```',
    '',
    'Each way, with the reason that the journal gives (`vrrp.transition`), the events that may lead there, and what',
    'is done, in that order:',
    '',
    '| from | to | reason | on | done |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

describe('docs/states.md', () => {
  it('shows the machine as it is (UPDATE=1 writes it)', () => {
    const now = render(explore());
    if (process.env.UPDATE === '1') writeFileSync(FILE, now);
    expect(readFileSync(FILE, 'utf8')).toBe(now);
  });
});
