// One of the three old formats to YAML, by what the file says of itself. Pure but for what is injected.

import type { Note } from './converted.ts';
import { convertIpvsadm } from './ipvsadm.ts';
import { convertKeepalived } from './keepalived/document.ts';
import type { SourceFile, Sources } from './keepalived/lines.ts';
import { convertLdirectord } from './ldirectord-document.ts';
import { writeYaml } from './write-yaml.ts';

export const formats = ['keepalived', 'ipvsadm', 'ldirectord'] as const;
export type Format = (typeof formats)[number];

/** By the name where it tells, else by the first lines. */
export function formatOf({ file, text }: SourceFile): Format {
  if (file.endsWith('.cf')) return 'ldirectord';
  if (/^\s*(-[Aa]|--add-(service|server))\s/m.test(text)) return 'ipvsadm';
  return /^\s*(virtual6?|checktimeout|checkinterval|quiescent|autoreload|logfile)\s*=/m.test(text)
    ? 'ldirectord'
    : 'keepalived';
}

export function convert(
  source: SourceFile,
  format: Format,
  sources: Sources,
): { readonly yaml: string; readonly notes: readonly Note[] } {
  const text = source.text.replace(/^\uFEFF/, '');
  const { document, notes } =
    format === 'keepalived'
      ? convertKeepalived({ ...source, text }, sources)
      : format === 'ipvsadm'
        ? convertIpvsadm(text, source.file)
        : convertLdirectord(text, source.file);
  return { yaml: writeYaml(document), notes };
}
