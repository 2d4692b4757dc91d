// A converted document as YAML text. The reader takes every scalar as it is written (yaml.ts), so quotes stand only
// where YAML itself needs them: 0123 stays 0123.
import jsYaml from 'js-yaml';
import { replaceHostile } from '../../net/shown.ts';
import type { Fields, Value } from './converted.ts';

export function writeYaml(document: Fields): string {
  const text = jsYaml.dump(bare(document), {
    schema: jsYaml.FAILSAFE_SCHEMA,
    noCompatMode: true,
    lineWidth: -1,
    noRefs: true,
    flowLevel: -1,
  });
  return text.replaceAll(/\\x01([0-9A-F]+)\\x01/g, (_, hex: string) => `\\U${hex.padStart(8, '0')}`);
}

/** What would do harm on a terminal goes out in escapes, also where YAML takes it as it is: by way of a control, which needs them. */
const escaped = (text: string): string =>
  replaceHostile(text, (each) =>
    /[\n\t]/.test(each) ? each : `\u0001${each.codePointAt(0)?.toString(16).toUpperCase()}\u0001`,
  );

/** Without what is not there: a map that is left empty goes as well. */
function bare(value: Value): unknown {
  if (typeof value === 'string') return escaped(value);
  if (isList(value)) return value.map(bare);
  const entries = Object.entries(value).flatMap(([key, each]) => {
    const left = each === undefined || (isList(each) && each.length === 0) ? undefined : bare(each);
    return left === undefined ? [] : [[key, left] as const];
  });
  return Object.fromEntries(entries);
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
