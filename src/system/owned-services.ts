// Which IPVS services this daemon has put into the kernel, kept across restarts in state_dir: what a crash left
// behind, and a config no longer names, is ours to remove. A missing or broken file means none.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../net/result.ts';

export type OwnedServices = {
  /** Names as formatServiceId writes them. */
  readonly read: () => ReadonlySet<string>;
  /** Written whole or not at all. */
  readonly write: (services: Iterable<string>) => Result<void>;
};

export function ownedServicesIn(stateDir: string): OwnedServices {
  const path = join(stateDir, 'owned-services.json');
  return {
    read: () => {
      try {
        const content = JSON.parse(readFileSync(path, 'utf8')) as unknown;
        return new Set(Array.isArray(content) ? content.filter((name) => typeof name === 'string') : []);
      } catch {
        return new Set();
      }
    },
    write: (services) => {
      try {
        mkdirSync(stateDir, { recursive: true });
        writeFileSync(`${path}.new`, `${JSON.stringify([...services].sort())}\n`);
        renameSync(`${path}.new`, path);
        return ok(undefined);
      } catch (error) {
        return err(`Cannot keep state: ${error instanceof Error ? error.message : String(error)}`);
      }
    },
  };
}
