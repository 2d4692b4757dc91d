// docs/events.md and the events of src/journal tell of the same events, the same fields, the same levels.
import { describe, expect, it } from 'vitest';
import type { EventName, JournalEvent } from '../../src/journal/event.ts';
import { levelOf } from '../../src/journal/event-level.ts';
import { filesUnder, importsOf, read } from './sources.ts';

const eventFiles = filesUnder('src/journal', (path) => path.endsWith('-events.ts'));

/** Each event of the type with its fields, optional ones ending in "?". */
const declared = new Map(
  [
    ...eventFiles
      .map(read)
      .join('')
      .matchAll(/readonly event: '([^']+)';?([^}]*)\}/g),
  ].map(([, event = '', fields = '']) => [
    event,
    [...fields.matchAll(/readonly (\w+)(\??):/g)].map(([, name, optional]) => `\`${name}\`${optional}`),
  ]),
);

type Section = { readonly level: string; readonly fields: readonly string[]; readonly text: string };

const documented = new Map(
  [...read('docs/events.md').matchAll(/^### `([^`]+)`\n(\w+) ·([^\n]*)\n([^#]*)/gm)].map(
    ([, event = '', level = '', fields = '', text = '']): [string, Section] => [
      event,
      { level, fields: fields.split(' ').filter((word) => word !== ''), text },
    ],
  ),
);

/** The level depends on more than the name only for transitions, to fault. */
const usualLevel = (event: string) => levelOf({ event: event as EventName } as JournalEvent);

describe('docs/events.md', () => {
  it('has a section for each event, and none for an event that does not exist', () => {
    expect(declared.size).toBeGreaterThan(30);
    expect([...documented.keys()].sort()).toEqual([...declared.keys()].sort());
  });

  it('is about every area of the journal', () => {
    const imported = importsOf('src/journal/event.ts', read('src/journal/event.ts')).map(
      ({ target }) => target,
    );
    expect(imported.sort()).toEqual(eventFiles);
  });

  it.each([...declared])('names the fields and the level of %s, and says what it means', (event, fields) => {
    const section = documented.get(event);
    expect(section?.fields).toEqual(fields);
    expect(section?.level).toBe(usualLevel(event));
    expect(section?.text.trim().length).toBeGreaterThan(20);
  });
});
