// Metrics as text: Prometheus' own format (0.0.4) and OpenMetrics 1.0, which differ in the names of counters and infos and
// in the last line; and which of the two an asker wants. Lines come one by one, joined in slices, so that a long answer
// is never made at once. Sources: Prometheus "Exposition formats"; OpenMetrics 1.0 (ABNF); RFC 9110 §12.5.1.
import { shown } from '../../net/shown.ts';
import type { Family } from './families.ts';

export type Format = 'text' | 'openmetrics';

export const contentTypes: Readonly<Record<Format, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** `accept` as the field has it; whoever asks for nothing gets what every version of Prometheus reads. */
export function formatFor(accept: string): Format {
  const wishes = accept.split(',').map((wish) => {
    const [type = '', ...parameters] = wish.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((each) => each.startsWith('q='))?.slice(2) ?? '1';
    const version = parameters.find((each) => each.startsWith('version='))?.slice(8);
    return { type, version, quality: /^[01](\.\d{0,3})?$/.test(quality) ? Number(quality) : 0 };
  });
  const best = (types: readonly string[], version: string) =>
    Math.max(
      0,
      ...wishes
        .filter((wish) => types.includes(wish.type) && (wish.version ?? version) === version)
        .map(({ quality }) => quality),
    );
  const open = best(['application/openmetrics-text'], '1.0.0');
  return open > 0 && open >= best(['text/plain'], '0.0.4') ? 'openmetrics' : 'text';
}

/** `a="b",c="d"`, each value on one line and harmless. */
export const labelsOf = (labels: Readonly<Record<string, string | number>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(String(value))}"`)
    .join(',');

const plain = /^[\w .:/@[\]-]*$/;

const escapeLabel = (value: string): string =>
  plain.test(value) ? value : shown(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"');

/** @property suffix of a histogram: _bucket, _sum, _count. */
export type Sample = { readonly labels: string; readonly value: number; readonly suffix?: string };

/** In place of a line: work that says nothing, for {@link inSlices}. */
export const step = '';

/**
 * A family, its head where it has a sample. A number that is none leaves its sample out.
 * @param samples undefined: something was looked at of which there is none.
 */
export function* familyLines(
  name: string,
  { type, help }: Family,
  samples: Iterable<Sample | undefined>,
  format: Format,
): Generator<string> {
  let hasHead = false;
  for (const sample of samples) {
    if (sample === undefined || !Number.isFinite(sample.value)) {
      yield step;
      continue;
    }
    const { labels, value, suffix = '' } = sample;
    if (!hasHead) yield headOf(name, type, help, format);
    hasHead = true;
    yield `${name}${suffix}${labels === '' ? '' : `{${labels}}`} ${value}\n`;
  }
}

function headOf(name: string, type: Family['type'], help: string, format: Format): string {
  const isOpen = format === 'openmetrics';
  const stem = isOpen
    ? name.replace(type === 'counter' ? /_total$/ : type === 'info' ? /_info$/ : /$^/, '')
    : name;
  const word = type === 'info' && !isOpen ? 'gauge' : type;
  return `# HELP ${stem} ${help}\n# TYPE ${stem} ${word}\n`;
}

/** Lines, and steps without one: a slice is made within a fraction of a millisecond. */
const stepsASlice = 200;

/** A slice may be empty: work was done, and it is the turn of others. */
export function* inSlices(lines: Iterable<string>): Generator<string> {
  let slice = '';
  let count = 0;
  for (const line of lines) {
    slice += line;
    count += 1;
    if (count < stepsASlice) continue;
    yield slice;
    [slice, count] = ['', 0];
  }
  if (slice !== '') yield slice;
}
