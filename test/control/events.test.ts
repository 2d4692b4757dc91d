import { describe, expect, it } from 'vitest';
import { eventRoutes, followersMax, queueMax } from '../../src/control/events.ts';
import type { EventRecord } from '../../src/journal/record.ts';
import type { Streamed } from '../../src/ports/control.ts';
import { ask, askRoute } from '../make/ask-route.ts';

const at = (n: number) => new Date(Date.parse('2026-03-01T13:00:00Z') + n * 1000).toISOString();
const aRecord = (n: number, level: EventRecord['level'] = 'info'): EventRecord => ({
  ...{ event: 'real.up', level, message: `${n}`, real: `10.0.0.${n % 2}:80`, timestamp: at(n) },
});

function world(past: readonly EventRecord[]) {
  const listeners = new Set<(record: EventRecord) => void>();
  const routes = eventRoutes({
    wallTime: () => ({ timestamp: at(10_000), bsdTime: '' }),
    events: {
      all: () => past,
      follow: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  });
  return { routes, listeners, tell: (record: EventRecord) => listeners.forEach((each) => void each(record)) };
}
const read = async (reply: unknown) => {
  let text = '';
  for await (const piece of (reply as Streamed).pieces) text += piece;
  return messagesIn(text);
};
const messagesIn = (text: string) =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as EventRecord).message]));

describe('GET /events', () => {
  it('answers with what is kept, a line an event, in bounded pieces', async () => {
    const { routes } = world(Array.from({ length: 950 }, (_, n) => aRecord(n)));
    const reply = (await askRoute(routes, 'GET /events')) as Streamed;
    expect(reply.contentType).toBe('application/x-ndjson');
    const pieces = [...(reply.pieces as Iterable<string>)];
    expect(pieces.length).toBeGreaterThanOrEqual(10);
    expect(messagesIn(pieces.join(''))).toEqual(Array.from({ length: 950 }, (_, n) => `${n}`));
  });
  it('selects, and refuses what it cannot read', async () => {
    const { routes } = world([aRecord(0), aRecord(1), aRecord(2, 'error'), aRecord(3, 'error')]);
    expect(await read(await askRoute(routes, 'GET /events', `since=${at(1)}`))).toEqual(['1', '2', '3']);
    expect(await read(await askRoute(routes, 'GET /events', 'about=10.0.0.1:80&level=warn'))).toEqual(['3']);
    for (const search of ['since=x', 'level=x', 'about=', 'since=']) {
      expect(await ask(routes, 'GET /events', search)).toMatchObject({ status: 400 });
    }
  });
  it('goes on with each that comes, and ends with the asker', async () => {
    const { routes, tell, listeners } = world([aRecord(0)]);
    const end = new AbortController();
    const reply = (await askRoute(routes, 'GET /events', 'follow=yes&level=info', {
      gone: end.signal,
    })) as Streamed;
    const pieces = (reply.pieces as AsyncIterable<string>)[Symbol.asyncIterator]();
    const next = async () => messagesIn((await pieces.next()).value ?? '');
    expect(await next()).toEqual(['0']);
    const waiting = next();
    tell(aRecord(1, 'debug'));
    tell(aRecord(2));
    expect(await waiting).toEqual(['2']);
    const last = pieces.next();
    end.abort();
    expect(await last).toMatchObject({ done: true });
    expect(listeners.size).toBe(0);
  });
  it('tells a slow follower how much it lost, where it was lost', async () => {
    const { routes, tell } = world([]);
    const end = new AbortController();
    const reply = (await askRoute(routes, 'GET /events', 'follow=yes', { gone: end.signal })) as Streamed;
    const pieces = (reply.pieces as AsyncIterable<string>)[Symbol.asyncIterator]();
    const first = pieces.next();
    tell(aRecord(0));
    expect(messagesIn((await first).value ?? '')).toEqual(['0']);
    for (let n = 1; n <= queueMax + 7; n += 1) tell(aRecord(n));
    expect(messagesIn((await pieces.next()).value ?? '')).toHaveLength(queueMax);
    expect(JSON.parse((await pieces.next()).value ?? '')).toMatchObject({
      ...{ event: 'log.lost', level: 'warn', sink: 'this follower', lines: 7, timestamp: at(10_000) },
    });
    const after = pieces.next();
    tell(aRecord(5000));
    expect(messagesIn((await after).value ?? '')).toEqual(['5000']);
    end.abort();
  });
  it('is followed by a few at a time', async () => {
    const { routes } = world([]);
    const ends = Array.from({ length: followersMax }, () => new AbortController());
    const follow = (gone: AbortSignal) => askRoute(routes, 'GET /events', 'follow=yes', { gone });
    for (const { signal } of ends) expect((await follow(signal)).status).toBe(200);
    expect((await follow(new AbortController().signal)).status).toBe(503);
    ends[0]?.abort();
    expect((await follow(new AbortController().signal)).status).toBe(200);
  });
});
