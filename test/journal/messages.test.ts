// What the log says for each event, whole: its level and its sentence, and what else either can be.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeEvent, levelOf } from '../../src/journal/describe-event.ts';
import { reasonWords } from '../../src/journal/reasons.ts';
import { declaredEvents, samplesOf } from '../make/sample-events.ts';

const FILE = new URL('messages.txt', import.meta.url);

const HEAD = `Every event with its level and its sentence, made by messages.test.ts; a field stands in braces, or a number in its
place. Further lines: what else it says where a field has another value or is missing.
After a change: UPDATE=1 npx vitest run --project unit test/journal/messages.test.ts; the difference is what to review.
`;

function linesOf(event: string): readonly string[] {
  const seen = new Set<string>();
  const said = samplesOf(event).map((sample) =>
    `  ${levelOf(sample).padEnd(5)} ${describeEvent(sample)}`.trimEnd(),
  );
  return said.filter((line) => {
    // Only for another number it is not another sentence.
    const form = line.replace(/-?\d+(?:\.\d+)?/g, '#');
    return !seen.has(form) && seen.add(form);
  });
}

it('says of each event what messages.txt has', () => {
  const chapters = [...declaredEvents.keys()].sort().map((event) => [event, ...linesOf(event)].join('\n'));
  const reasons = [...reasonWords].map(([code, words]) => `  ${code}: ${words}`).sort();
  const text = `${HEAD}\n${chapters.join('\n\n')}\n\n{reason} of a virtual router, a path or an address\n${reasons.join('\n')}\n`;
  if (process.env.UPDATE === '1') writeFileSync(FILE, text);
  expect(text).toBe(readFileSync(FILE, 'utf8'));
});
