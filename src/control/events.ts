// `GET /events`: the events that are kept, those that were asked for, one a line as the log has them in JSON; with
// `follow=yes` each further one as it comes. A follower who is slow costs a bounded queue and is told what it lost;
// there are a few followers at most. Which are selected is explain/select-events.ts's.

import { jsonLine, recordOf } from '../daemon/log/event-line.ts';
import type { KeptEvents } from '../daemon/log/kept-events.ts';
import { isSelected, parseSelection, type Selection } from '../explain/select-events.ts';
import type { EventRecord } from '../journal/record.ts';
import type { WallTime } from '../model/log-record.ts';
import type { Asked, Reply, Routes } from '../ports/control.ts';

export type EventsPorts = {
  readonly events: Pick<KeptEvents, 'all' | 'follow'>;
  readonly wallTime: () => WallTime;
};

export const followersMax = 8;
export const queueMax = 1000;
/** Somebody reads on a terminal, and has stopped it for a while. */
const patienceMs = 600_000;
const linesOfPiece = 100;
const contentType = 'application/x-ndjson';

export function eventRoutes(ports: EventsPorts): Routes {
  let followers: readonly AbortSignal[] = [];
  return {
    'GET /events': (search, asked): Reply => {
      const words = Object.fromEntries(
        (['since', 'about', 'level'] as const).flatMap((key) =>
          search.has(key) ? [[key, search.get(key) ?? '']] : [],
        ),
      );
      const selection = parseSelection(words, Date.parse(ports.wallTime().timestamp));
      if (!selection.ok) return { status: 400, body: { error: selection.error } };
      if (search.get('follow') !== 'yes') {
        return { status: 200, contentType, pieces: piecesOf(ports.events.all(), selection.value) };
      }
      followers = followers.filter(({ aborted }) => !aborted);
      if (followers.length >= followersMax) {
        const error = `Cannot follow events: expected at most ${followersMax} that follow, got one more`;
        return { status: 503, body: { error } };
      }
      followers = [...followers, asked.gone];
      return { status: 200, contentType, patienceMs, pieces: followed(ports, selection.value, asked) };
    },
  };
}

const lineOf = (record: EventRecord): string => `${JSON.stringify(record)}\n`;

function* piecesOf(records: readonly EventRecord[], selection: Selection): Generator<string> {
  const chosen = records.filter((record) => isSelected(record, selection));
  for (let at = 0; at < chosen.length; at += linesOfPiece) {
    yield chosen
      .slice(at, at + linesOfPiece)
      .map(lineOf)
      .join('');
  }
}

async function* followed(
  { events, wallTime }: EventsPorts,
  selection: Selection,
  { gone }: Pick<Asked, 'gone'>,
): AsyncGenerator<string> {
  let queue: EventRecord[] = [];
  let lost = 0;
  let wake = () => {};
  gone.addEventListener('abort', () => wake());
  const past = events.all();
  const end = events.follow((record) => {
    if (!isSelected(record, { ...selection, since: undefined })) return;
    if (queue.length < queueMax) queue.push(record);
    else lost += 1;
    wake();
  });
  try {
    yield* piecesOf(past, selection);
    while (!gone.aborted) {
      if (queue.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const [taken, lines] = [queue, lost];
      [queue, lost] = [[], 0];
      yield taken.map(lineOf).join('');
      if (lines === 0) continue;
      yield jsonLine(recordOf({ event: 'log.lost', sink: 'this follower', lines }, wallTime()));
    }
  } finally {
    end();
  }
}
