// What a config asks of the kernel and this kernel has not: schedulers and persistence engines, a module each. The
// daemon serves all other services, so this is no reason not to run; `check` says it.
import type { Config } from '../../model/config/config.ts';
import type { Problem } from '../../model/config/problem.ts';
import { errorAt } from '../problem.ts';

/** @param modules of the kernel; undefined where they cannot be told */
export function judgeKernel(
  { virtuals }: Pick<Config, 'virtuals'>,
  modules: ReadonlySet<string> | undefined,
): readonly Problem[] {
  // Without IPVS this machine is no director: the config is meant for another one.
  if (modules === undefined || !modules.has('ip_vs')) return [];
  return virtuals.flatMap(({ scheduler, persistenceEngine, at }) => {
    const refuse = (act: string, what: string, module: string) =>
      modules.has(module) ? [] : [errorAt(at, act, `a kernel with module ${module}`, what)];
    return [
      ...refuse('schedule', scheduler, `ip_vs_${scheduler}`),
      ...(persistenceEngine === undefined
        ? []
        : refuse('keep clients', persistenceEngine, `ip_vs_pe_${persistenceEngine}`)),
    ];
  });
}
