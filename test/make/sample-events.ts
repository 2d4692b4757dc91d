// Samples of each event, made from its type as it stands in src/journal: every field named by itself in braces, then
// what else a field can hold, then without what may be missing. A new event is among them without a word here.
import type { JournalEvent } from '../../src/journal/event.ts';
import { filesUnder, read } from '../tidy/sources.ts';

type Field = { readonly name: string; readonly optional: boolean; readonly type: string };

const eventFiles = filesUnder('src/journal', (path) => path.endsWith('-events.ts'));

/** The entries of the catalogue as they stand in its files. */
export const declaredEntries: readonly (readonly [event: string, fields: readonly Field[]])[] =
  eventFiles.flatMap((path) =>
    [...read(path).matchAll(/^ {2}'([^']+)': entry(?:<\{([^}]*)\}>)?\(/gm)].map(
      ([, event = '', body = '']) => [event, fieldsOf(body)] as const,
    ),
  );

export const declaredEvents: ReadonlyMap<string, readonly Field[]> = new Map(declaredEntries);

function fieldsOf(body: string): readonly Field[] {
  const fields = body.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/(\w+)(\??): ([^;]+?)\s*(?:;|$)/g);
  return [...fields].map(([, name = '', optional, type = '']) => ({
    name,
    optional: optional === '?',
    type,
  }));
}

/** Values that matter for a sentence or a level beyond what the type says. */
const telling: Readonly<Record<string, readonly unknown[]>> = {
  exit: ['exit 0', 'exit 1', 'cannot start', 'left out'],
  state: ['down'],
};

const named: Readonly<Record<string, string>> = {
  Phase: "'initialize' | 'backup' | 'active' | 'leaving' | 'fault'",
};

/** The first is the usual one. */
function valuesOf({ name, type }: Field): readonly unknown[] {
  const literals = [...(named[type] ?? type).matchAll(/'([^']+)'/g)].map(([, literal]) => literal);
  if (literals.length > 0) return literals;
  if (type === 'number') return name.endsWith('_ms') ? [1500] : [2, 1, 0, -1];
  if (type === 'boolean') return [true, false];
  if (type === 'readonly string[]') return [[`{${name} 1}`, `{${name} 2}`], []];
  if (type === 'string' || type === 'FullReason') return [`{${name}}`, ...(telling[name] ?? [])];
  throw new Error(`Cannot make a sample: expected a type that is known here, got ${type} of ${name}`);
}

/** The usual one first, then one for each other value of a field, and one without each that may be missing. */
export function samplesOf(event: string): readonly JournalEvent[] {
  const fields = declaredEvents.get(event) ?? [];
  const usual = Object.fromEntries(fields.map((field) => [field.name, valuesOf(field)[0]]));
  const others = fields.flatMap((field) => [
    ...valuesOf(field)
      .slice(1)
      .map((value) => ({ ...usual, [field.name]: value })),
    ...(field.optional ? [without(usual, field.name)] : []),
  ]);
  return [usual, ...others].map((each) => ({ event, ...each }) as JournalEvent);
}

const without = (fields: Readonly<Record<string, unknown>>, name: string) =>
  Object.fromEntries(Object.entries(fields).filter(([each]) => each !== name));
