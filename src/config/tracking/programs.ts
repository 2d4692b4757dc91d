// The programs that virtual routers name: those of vrrp_script, and those that are told of a transition.
import { action, judgeProgram } from '../judge-program.ts';
import { present, type Resolution } from '../resolution.ts';
import type { DefinitionsDraft } from './definitions.ts';
import { type NotifyDraft, notifyKeys, programAt } from './notify.ts';

export type RouterPrograms = Pick<DefinitionsDraft, 'vrrp_script'> & {
  readonly vrrp?: readonly (NotifyDraft | undefined)[] | undefined;
  readonly vrrp_sync_group?: readonly (NotifyDraft | undefined)[] | undefined;
  readonly script_user?: string | undefined;
};

export function judgeRouterPrograms(draft: RouterPrograms, resolution: Resolution): void {
  const user = draft.script_user;
  for (const [index, script] of (draft.vrrp_script ?? []).entries()) {
    const use = present({ user: script?.user ?? user });
    judgeProgram(script?.script[0], use, ['vrrp_script', index, 'script'], resolution);
  }
  for (const section of ['vrrp', 'vrrp_sync_group'] as const)
    for (const [index, entry] of (draft[section] ?? []).entries())
      for (const { key, command, user: own = user } of programsIn(entry)) {
        const use = { ...present({ user: own }), ...action };
        judgeProgram(command[0], use, [section, index, key], resolution);
      }
}

/** Whether one of them names no user of its own. */
export const routersRunAsScriptUser = ({ vrrp_script, vrrp, vrrp_sync_group }: RouterPrograms): boolean =>
  (vrrp_script ?? []).some((script) => script !== undefined && script.user === undefined) ||
  [...(vrrp ?? []), ...(vrrp_sync_group ?? [])].some((entry) =>
    programsIn(entry).some((program) => program.user === undefined),
  );

const programsIn = (draft: NotifyDraft = {}) =>
  Object.values(notifyKeys).flatMap((key) => {
    const program = programAt(draft, key);
    return program === undefined ? [] : [{ key, ...program }];
  });
