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

/** A family, its head where it has a sample. A number that is none leaves its sample out. */
export function* familyLines(
  name: string,
  { type, help }: Family,
  samples: Iterable<Sample>,
  format: Format,
): Generator<string> {
  let hasHead = false;
  for (const { labels, value, suffix = '' } of samples) {
    if (!Number.isFinite(value)) continue;
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

/** A slice is made within a fraction of a millisecond. */
const linesASlice = 200;

export function* inSlices(lines: Iterable<string>): Generator<string> {
  let slice = '';
  let count = 0;
  for (const line of lines) {
    slice += line;
    count += 1;
    if (count < linesASlice) continue;
    yield slice;
    [slice, count] = ['', 0];
  }
  if (slice !== '') yield slice;
}
