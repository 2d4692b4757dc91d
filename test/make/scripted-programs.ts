// Programs of the administrator's that run until the test ends them.
import type { RunScript, ScriptRequest } from '../../src/ports/tracked.ts';
import type { VirtualTime } from './virtual-time.ts';

export type ScriptedProgram = {
  readonly request: ScriptRequest;
  readonly end: (exit?: string) => Promise<void>;
};

export type ScriptedPrograms = {
  readonly runScript: RunScript;
  /** In the order of their starts. */
  readonly started: readonly ScriptedProgram[];
  readonly commands: () => readonly string[];
};

export function createScriptedPrograms(time: VirtualTime): ScriptedPrograms {
  const started: ScriptedProgram[] = [];
  return {
    started,
    commands: () => started.map(({ request }) => request.command.join(' ')),
    runScript: (request) => {
      let resolve = (_: string) => {};
      const done = new Promise<string>((ended) => {
        resolve = ended;
      });
      const end = async (exit = 'exit 0') => {
        resolve(exit);
        await time.advance(0);
      };
      started.push({ request, end });
      const result = done.then((detail) => ({ outcome: 'success' as const, detail }));
      return { result, ended: done.then(() => {}), terminate: () => {}, kill: () => {} };
    },
  };
}
