// Programs that the configuration names, looked at where they stand: whether they are there, whether their user may
// run them, and whether others than root can write what runs as root (keepalived's enable_script_security).
// Warnings: they may come, or change, after the daemon has started.
import type { ProgramUse } from '../../model/config/environment.ts';
import type { DocumentDraft } from '../document.ts';
import { warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import type { VirtualDraft } from './keys.ts';

type Shared = Pick<DocumentDraft, 'fallbackcommand' | 'quorum_up' | 'quorum_down' | 'quorum_user'>;
type Path = readonly (string | number)[];

const notifyKeys = ['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'] as const;

/** Those of everything but the virtual services. */
export function judgePrograms(draft: DocumentDraft, resolution: Resolution): void {
  const user = draft.script_user;
  for (const [index, script] of (draft.vrrp_script ?? []).entries()) {
    const use = present({ user: script?.user ?? user });
    judgeProgram(script?.script[0], use, ['vrrp_script', index, 'script'], resolution);
  }
  for (const [index, router] of (draft.vrrp ?? []).entries()) {
    const use = { ...present({ user }), ...action };
    for (const key of notifyKeys) judgeProgram(router?.[key]?.[0], use, ['vrrp', index, key], resolution);
  }
  judgeShared(draft, draft, [], resolution);
}

/** Those of one entry of `virtual`. */
export function judgeProgramsOf(
  virtual: VirtualDraft,
  index: number,
  globals: DocumentDraft,
  resolution: Resolution,
): void {
  const kind = virtual.checktype?.kind;
  if (kind === 'external' || kind === 'external-perl') {
    const user = virtual.checkuser ?? globals.script_user;
    const use = { ...present({ user }), ...(kind === 'external-perl' && read) };
    judgeProgram(virtual.checkcommand, use, ['virtual', index, 'checkcommand'], resolution);
  }
  judgeShared(virtual, globals, ['virtual', index], resolution);
}

function judgeShared(from: Shared, globals: DocumentDraft, path: Path, resolution: Resolution): void {
  const user = globals.script_user;
  const use = { ...present({ user }), ...action };
  judgeProgram(firstWord(from.fallbackcommand), use, [...path, 'fallbackcommand'], resolution);
  const quorumUser = from.quorum_user ?? globals.quorum_user ?? user;
  for (const key of ['quorum_up', 'quorum_down'] as const) {
    judgeProgram(from[key]?.[0], present({ user: quorumUser }), [...path, key], resolution);
  }
}

const action = { isAction: true } as const;
const read = { isRead: true } as const;

function judgeProgram(file: string | undefined, use: ProgramUse, path: Path, resolution: Resolution): void {
  // What is looked for in PATH is not looked for here.
  if (file === undefined || !file.startsWith('/')) return;
  const broken = resolution.environment.judgeProgram?.(file, use);
  if (broken === undefined) return;
  resolution.problems.push(warningAt(resolution.sites(...path), `run ${file}`, broken.rule, broken.got));
}

/** Of a line for the shell, where it is plainly a program. */
const firstWord = (line: string | undefined): string | undefined =>
  /^\/[\w./+-]+(?=\s|$)/.exec(line ?? '')?.[0];
