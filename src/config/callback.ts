// `callback` of ldirectord (docs/ldirectord-differences.md): a program that is told when the config has changed on disk, to
// copy it to the other director above all.
import type { z } from 'zod';
import { action, judgeProgram } from './judge-program.ts';
import type { Resolution } from './resolution.ts';
import { optional } from './values/documented.ts';
import { filledText } from './values/scalars.ts';

export const callbackShape = {
  callback: optional(
    filledText(),
    "A program that is run with the config's path when that file has said something else, taken or not.",
  ),
} as const;

export const judgeCallback = (
  {
    callback,
    script_user,
  }: z.output<z.ZodObject<typeof callbackShape>> & { readonly script_user?: string | undefined },
  resolution: Resolution,
): void =>
  judgeProgram(
    callback,
    { ...action, ...(script_user !== undefined && { user: script_user }) },
    ['callback'],
    resolution,
  );
