// The programs that virtual services name: checkcommand, misc_path, fallbackcommand, those of the quorum and of servers.
import type { CheckDraft } from '../checks/check.ts';
import { action, judgeProgram, read } from '../judge-program.ts';
import { present, type Resolution } from '../resolution.ts';
import type { ChecksDraft } from './checks.ts';
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
  for (const { draft, path } of checksIn(virtual)) {
    const kind = draft.checktype?.kind;
    if (kind !== 'external' && kind !== 'external-perl') continue;
    const user = draft.checkuser ?? globals.script_user;
    const use = { ...present({ user }), ...(kind === 'external-perl' && read) };
    const key = draft.misc_path === undefined ? 'checkcommand' : 'misc_path';
    judgeProgram(
      draft.misc_path?.[0] ?? draft.checkcommand,
      use,
      ['virtual', index, ...path, key],
      resolution,
    );
  }
  for (const [at, real] of (virtual.real ?? []).entries()) {
    const use = present({ user: real?.notify_user ?? globals.script_user });
    for (const key of ['notify_up', 'notify_down'] as const)
      judgeProgram(real?.[key]?.[0], use, ['virtual', index, 'real', at, key], resolution);
  }
  judgeShared(virtual, globals, ['virtual', index], resolution);
}

type Placed = { readonly draft: CheckDraft; readonly path: readonly (string | number)[] };

/** The service's own, and those of its lists, which may leave the program to it. */
function checksIn(virtual: VirtualDraft): readonly Placed[] {
  const { checktype, checkuser, checkcommand, misc_path } = virtual;
  const programs = (own: CheckDraft) => (own.checkcommand === undefined ? { checkcommand, misc_path } : {});
  const listed = ({ checks = [] }: ChecksDraft, path: readonly (string | number)[]): readonly Placed[] =>
    checks.map((each, index) => ({
      draft: { checktype, checkuser, ...programs(each ?? {}), ...each },
      path: [...path, 'checks', index],
    }));
  return [
    { draft: virtual, path: [] },
    ...listed(virtual, []),
    ...(virtual.real ?? []).flatMap((real, index) => listed(real ?? {}, ['real', index])),
  ];
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
