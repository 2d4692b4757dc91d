// The programs that virtual services name: checkcommand, misc_path, fallbackcommand, those of the quorum.
import { action, judgeProgram, read } from '../judge-program.ts';
import { present, type Resolution } from '../resolution.ts';
import type { GlobalDraft, VirtualDraft } from './keys.ts';

/** Those of the top level. */
export const judgeSharedPrograms = (globals: GlobalDraft, resolution: Resolution): void =>
  judgeShared(globals, globals, [], resolution);

/** Those of one entry of `virtual`. */
export function judgeServicePrograms(
  virtual: VirtualDraft,
  index: number,
  globals: GlobalDraft,
  resolution: Resolution,
): void {
  const kind = virtual.checktype?.kind;
  if (kind === 'external' || kind === 'external-perl') {
    const user = virtual.checkuser ?? globals.script_user;
    const use = { ...present({ user }), ...(kind === 'external-perl' && read) };
    const key = virtual.misc_path === undefined ? 'checkcommand' : 'misc_path';
    judgeProgram(virtual.misc_path?.[0] ?? virtual.checkcommand, use, ['virtual', index, key], resolution);
  }
  judgeShared(virtual, globals, ['virtual', index], resolution);
}

function judgeShared(
  from: Pick<GlobalDraft, 'fallbackcommand' | 'quorum_up' | 'quorum_down' | 'quorum_user'>,
  globals: GlobalDraft,
  path: readonly (string | number)[],
  resolution: Resolution,
): void {
  const user = globals.script_user;
  const use = { ...present({ user }), ...action };
  judgeProgram(firstWord(from.fallbackcommand), use, [...path, 'fallbackcommand'], resolution);
  const quorumUser = from.quorum_user ?? globals.quorum_user ?? user;
  for (const key of ['quorum_up', 'quorum_down'] as const) {
    judgeProgram(from[key]?.[0], present({ user: quorumUser }), [...path, key], resolution);
  }
}

/** Of a line for the shell, where it is plainly a program. */
const firstWord = (line: string | undefined): string | undefined =>
  /^\/[\w./+-]+(?=\s|$)/.exec(line ?? '')?.[0];
