// What stays in the table: a server that is out, and the service itself when the daemon stops.
import type { z } from 'zod';
import type { VirtualConfig } from '../../model/config/service.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import type { Warn } from '../problem.ts';
import { optional } from '../values/documented.ts';
import { flag } from '../values/scalars.ts';
import type { Subject } from './subject.ts';

const yesNo = (value: boolean) => (value ? 'yes' : 'no');

/** At the top level and in a virtual service. */
export const quiescenceShape = {
  quiescent: optional(
    flag(),
    'Whether a server that is out stays in the table with weight 0 (yes) or is removed (no).',
    yesNo(defaults.quiescent),
  ),
  readdquiescent: optional(
    flag(),
    'With quiescent: whether a server that is out is put into the table when it is not there.',
    yesNo(defaults.readdquiescent),
  ),
  cleanstop: optional(
    flag(),
    'Whether a stop removes the service from the table.',
    yesNo(defaults.cleanstop),
  ),
} as const;
type QuiescenceDraft = z.output<z.ZodObject<typeof quiescenceShape>>;

export const resolveQuiescence = ({
  draft,
  globals,
}: Subject<QuiescenceDraft, QuiescenceDraft>): Pick<
  VirtualConfig,
  'quiescent' | 'readdquiescent' | 'cleanstop'
> => ({
  quiescent: draft.quiescent ?? globals.quiescent ?? defaults.quiescent,
  readdquiescent: draft.readdquiescent ?? globals.readdquiescent ?? defaults.readdquiescent,
  cleanstop: draft.cleanstop ?? globals.cleanstop ?? defaults.cleanstop,
});

export function judgeQuiescence({ quiescent }: VirtualConfig, draft: QuiescenceDraft, warn: Warn): void {
  if (draft.readdquiescent !== true || quiescent) return;
  warn('readdquiescent', 'use readdquiescent', 'quiescent: yes beside it', 'quiescent: no');
}
