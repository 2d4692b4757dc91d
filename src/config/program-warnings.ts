// Programs that the configuration names, looked at where they stand: whether they are there, whether their user may
// run them, and whether others than root can write what runs as root (keepalived's enable_script_security).
// Warnings: they may come, or change, after the daemon has started.
import type { ProgramUse } from './config.ts';
import { warningAt } from './problem.ts';
import { present, type Resolution } from './resolution.ts';
import type { DocumentDraft } from './schema.ts';

type Shared = Pick<DocumentDraft, 'fallbackcommand' | 'quorum_up' | 'quorum_down' | 'quorum_user'>;
type Path = readonly (string | number)[];

const notifyKeys = ['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'] as const;

export function judgePrograms(draft: DocumentDraft, resolution: Resolution): void {
  const user = draft.script_user;
  const judge = (file: string | undefined, use: ProgramUse, path: Path) =>
    judgeProgram(file, { ...present({ user }), ...use }, path, resolution);
  const action = { isAction: true } as const;

  for (const [index, script] of (draft.vrrp_script ?? []).entries()) {
    judge(script?.script[0], present({ user: script?.user ?? user }), ['vrrp_script', index, 'script']);
  }
  for (const [index, router] of (draft.vrrp ?? []).entries()) {
    for (const key of notifyKeys) judge(router?.[key]?.[0], action, ['vrrp', index, key]);
  }
  for (const [index, virtual] of (draft.virtual ?? []).entries()) {
    const kind = virtual?.checktype?.kind;
    if (kind === 'external' || kind === 'external-perl') {
      const use = { ...present({ user: virtual?.checkuser ?? user }), ...(kind === 'external-perl' && read) };
      judge(virtual?.checkcommand, use, ['virtual', index, 'checkcommand']);
    }
    judgeShared(virtual, ['virtual', index]);
  }
  judgeShared(draft, []);

  function judgeShared(from: Shared | undefined, path: Path): void {
    judge(firstWord(from?.fallbackcommand), action, [...path, 'fallbackcommand']);
    const quorumUser = from?.quorum_user ?? draft.quorum_user ?? user;
    for (const key of ['quorum_up', 'quorum_down'] as const) {
      judge(from?.[key]?.[0], present({ user: quorumUser }), [...path, key]);
    }
  }
}

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
