// docs/events.md and the catalogue of src/journal tell of the same events, the same fields, the same levels.
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/journal/catalogue.ts';
import { levelOf } from '../../src/journal/describe-event.ts';
import { reasonWords } from '../../src/journal/reasons.ts';
import { declaredEntries, declaredEvents, samplesOf } from '../make/sample-events.ts';
import { read } from './sources.ts';

type Section = { readonly level: string; readonly fields: readonly string[]; readonly text: string };

const documented = new Map(
  [...read('docs/events.md').matchAll(/^### `([^`]+)`\n(\w+) ·([^\n]*)\n([^#]*)/gm)].map(
    ([, event = '', level = '', fields = '', text = '']): [string, Section] => [
      event,
      { level, fields: fields.split(' ').filter((word) => word !== ''), text },
    ],
  ),
);

const names = Object.keys(catalogue);

describe('docs/events.md', () => {
  it('has a section for each event, and none for an event that does not exist', () => {
    expect([...documented.keys()].sort()).toEqual(names.toSorted());
  });

  it.each(names)('names the fields and the levels of %s, and says what it means', (event) => {
    const { level, fields, text } = documented.get(event) ?? { level: '', fields: [], text: '' };
    const declared = declaredEvents
      .get(event)
      ?.map(({ name, optional }) => `\`${name}\`${optional ? '?' : ''}`);
    expect(fields).toEqual(declared);
    const levels = new Set(samplesOf(event).map(levelOf));
    expect([...levels]).toContain(level);
    for (const other of levels) if (other !== level) expect(text).toMatch(new RegExp(`\\b${other}`));
    expect(text.trim().length).toBeGreaterThan(20);
  });

  it('has the words of each reason', () => {
    const [, rows = ''] = read('docs/events.md').split('|---|---|\n');
    expect(rows.trimEnd().split('\n')).toEqual(
      [...reasonWords].map(([code, words]) => `| \`${code}\` | ${words} |`),
    );
  });
});

describe('src/journal', () => {
  it('declares each event once, in a form that can be read here', () => {
    expect([...declaredEvents.keys()].sort()).toEqual(names.toSorted());
    const entries = declaredEntries.map(([event]) => event);
    expect(entries).toEqual([...new Set(entries)]);
  });
});
