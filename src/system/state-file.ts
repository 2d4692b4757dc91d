// One small JSON file in state_dir that is to survive restarts and crashes: written whole or not at all. A file
// that is missing or broken is as good as none.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../net/result.ts';

export type StateFile<T> = {
  readonly read: () => T;
  readonly write: (content: T) => Result<void>;
};

/** @param parse makes a T of any JSON value, of undefined where there is none. */
export function openStateFile<T>(stateDir: string, name: string, parse: (value: unknown) => T): StateFile<T> {
  const path = join(stateDir, name);
  return {
    read: () => parse(readJson(path)),
    write: (content) => {
      try {
        mkdirSync(stateDir, { recursive: true });
        writeFileSync(`${path}.new`, `${JSON.stringify(content)}\n`);
        renameSync(`${path}.new`, path);
        return ok(undefined);
      } catch (error) {
        return err(`Cannot keep state: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
