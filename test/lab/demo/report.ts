// The demo's record: steps as they are told, what each measured against which limit, and the table at the end.
// A step that throws has failed; so has one with a measurement beyond its limit.

export type Measurement = {
  readonly topology: string;
  readonly step: string;
  readonly what: string;
  readonly value: string;
  readonly limit: string;
  readonly good: boolean;
};

/** What a step says about itself. */
export type Notes = {
  /** Milliseconds, or a count: to be at most `limit`. */
  readonly atMost: (what: string, value: number, unit: 'ms' | '', limit: number) => void;
  /** To be true; `value` is shown. */
  readonly holds: (what: string, value: string, good: boolean) => void;
};

export type Report = {
  /** @returns false where the step threw: what follows would not mean anything. */
  readonly step: (title: string, work: (notes: Notes) => Promise<void>) => Promise<boolean>;
};

export type Record = {
  readonly measurements: readonly Measurement[];
  readonly report: (topology: string) => Report;
};

export function createRecord(say: (line: string) => void): Record {
  const measurements: Measurement[] = [];
  return {
    measurements,
    report: (topology) => ({
      step: async (step, work) => {
        say(`${topology}: ${step}`);
        const note = (what: string, value: string, limit: string, good: boolean) => {
          measurements.push({ topology, step, what, value, limit, good });
          say(`    ${good ? 'ok  ' : 'FAIL'} ${what}: ${value}${limit === '' ? '' : ` (${limit})`}`);
        };
        try {
          await work({
            atMost: (what, value, unit, limit) =>
              note(what, inUnit(value, unit), `at most ${inUnit(limit, unit)}`, value <= limit),
            holds: (what, value, good) => note(what, value, '', good),
          });
          return true;
        } catch (error) {
          note('the step', error instanceof Error ? error.message : String(error), '', false);
          return false;
        }
      },
    }),
  };
}

function inUnit(value: number, unit: 'ms' | ''): string {
  if (unit === '') return String(value);
  if (!Number.isFinite(value)) return 'never';
  return value < 10 ? `${Math.max(0, value).toFixed(1)} ms` : `${Math.round(value)} ms`;
}

/** One line a measurement, in columns. */
export function formatTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ topology, step, what, value, limit, good }) => [
    topology,
    step,
    what,
    value.split('\n')[0] ?? '',
    limit,
    good ? 'ok' : 'FAIL',
  ]);
  const all = [['topology', 'step', 'measured', 'value', 'limit', ''], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return all.map(line).join('\n');
}
