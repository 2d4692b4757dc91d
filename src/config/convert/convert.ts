// One of the three old formats to YAML, by what the file says of itself. Pure but for what is injected.

import type { Problem } from '../../model/config/problem.ts';
import { errorAt } from '../problem.ts';
import { collectNotes, type Fields, type Note } from './converted.ts';
import { convertIpvsadm } from './ipvsadm.ts';
import { ipvsadmLine } from './ipvsadm-lines.ts';
import { convertKeepalived } from './keepalived/document.ts';
import type { SourceFile, Sources } from './keepalived/lines.ts';
import { convertLdirectord } from './ldirectord-document.ts';
import { type Judge, leaveOutRefused } from './leave-out-refused.ts';
import { writeYaml } from './write-yaml.ts';

export const formats = ['keepalived', 'ipvsadm', 'ldirectord'] as const;
export type Format = (typeof formats)[number];

/** By the name where it tells, else by the first lines. */
export function formatOf({ file, text }: SourceFile): Format {
  if (file.endsWith('.cf')) return 'ldirectord';
  if (ipvsadmLine.test(text)) return 'ipvsadm';
  return /^\s*(virtual6?|checktimeout|checkinterval|quiescent|autoreload|logfile)\s*=/m.test(text)
    ? 'ldirectord'
    : 'keepalived';
}

export type Conversion = {
  readonly yaml: string;
  readonly notes: readonly Note[];
  /** Why there is nothing to be used. */
  readonly problem?: Problem;
};

/**
 * @param judge what `check` says of a YAML: what it refuses of a file that its own program takes is left out. An
 * ldirectord.cf is judged as it stands.
 */
export function convert(
  source: SourceFile,
  format: Format,
  sources: Sources,
  judge: Judge = () => [],
): Conversion {
  const text = source.text.replace(/^\uFEFF/, '');
  const { document, notes, refused } =
    format === 'keepalived'
      ? convertKeepalived({ ...source, text }, sources)
      : format === 'ipvsadm'
        ? convertIpvsadm(text, source.file)
        : convertLdirectord(text, source.file);
  const more = collectNotes();
  const settled =
    format === 'ldirectord'
      ? document
      : leaveOutRefused(document, judge, lineFinder(source.file, text), more.note);
  const rule = 'services or virtual routers in the words of keepalived, ipvsadm or ldirectord';
  const lack = isEmpty(settled)
    ? { at: { file: source.file, line: 1, column: 1 }, rule, got: 'none that can be used' }
    : undefined;
  const why = refused ?? lack;
  return {
    yaml: writeYaml(settled),
    notes: [...notes, ...more.notes()],
    ...(why !== undefined && { problem: errorAt(why.at, 'convert', why.rule, why.got) }),
  };
}

const isEmpty = (document: Fields): boolean =>
  Object.values(document).every(
    (value) => value === undefined || (Array.isArray(value) && value.length === 0),
  );

const lineFinder = (file: string, text: string) => {
  const lines = text.split('\n');
  return (wanted: string) => {
    const found = wanted === '' ? -1 : lines.findIndex((line) => line.includes(wanted));
    return { file, line: found < 0 ? 1 : found + 1, column: 1 };
  };
};
