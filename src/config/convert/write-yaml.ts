// A converted document as YAML text. The reader takes every scalar as it is written (yaml.ts), so quotes stand only
// where YAML itself needs them: 0123 stays 0123.
import jsYaml from 'js-yaml';
import type { Fields, Value } from './converted.ts';

export function writeYaml(document: Fields): string {
  return jsYaml.dump(bare(document), {
    schema: jsYaml.FAILSAFE_SCHEMA,
    noCompatMode: true,
    lineWidth: -1,
    noRefs: true,
    flowLevel: -1,
  });
}

/** Without what is not there: a map that is left empty goes as well. */
function bare(value: Value): unknown {
  if (typeof value === 'string') return value;
  if (isList(value)) return value.map(bare);
  const entries = Object.entries(value).flatMap(([key, each]) => {
    const left = each === undefined || (isList(each) && each.length === 0) ? undefined : bare(each);
    return left === undefined ? [] : [[key, left] as const];
  });
  return Object.fromEntries(entries);
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
