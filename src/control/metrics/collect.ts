// A table of families with where their samples come from, as lines; in the order of the table.
import { type Format, familyLines, type Sample } from './exposition.ts';
import type { Family } from './families.ts';
import type { MetricsInput } from './input.ts';

/** Each family of a table, and nothing else. */
export type Samples<Table, Input = MetricsInput> = {
  readonly [Name in keyof Table]: (input: Input) => Iterable<Sample | undefined>;
};

export function* linesOf<Table extends Readonly<Record<string, Family>>, Input>(
  families: Table,
  samples: Samples<Table, Input>,
  input: Input,
  format: Format,
): Generator<string> {
  for (const [name, family] of Object.entries(families)) {
    const from = samples[name];
    if (from !== undefined) yield* familyLines(name, family, from(input), format);
  }
}
