// Follows the files that real_file names, each once however many services read it (fleet-file.ts). What was good last goes
// on to count, in this run and the next.

import type { ServiceName } from '../../model/ipvs.ts';
import type { Fleet } from '../../roster/effective.ts';
import {
  createFleetFile,
  type FileStatus,
  type FleetContext,
  type FleetFile,
  type FleetFilePorts,
} from './fleet-file.ts';

export type FleetFilesPorts = FleetFilePorts & {
  /** The last good text by path, of the last run. */
  readonly initial: Readonly<Record<string, string>>;
};

export type FleetFiles = {
  readonly configure: (config: FleetContext) => void;
  readonly fleetOf: (service: ServiceName) => Fleet | undefined;
  /** Whether each file has been good once, or has been looked at. */
  readonly isSettled: () => boolean;
  /** The last good text by path. */
  readonly known: () => Readonly<Record<string, string>>;
  readonly status: () => readonly FileStatus[];
  readonly stop: () => void;
};

export function createFleetFiles(ports: FleetFilesPorts): FleetFiles {
  let context: FleetContext = { virtuals: [], director: { name: '', controlSocket: '', stateDir: '' } };
  let files: ReadonlyMap<string, FleetFile> = new Map();

  return {
    configure: (next) => {
      context = next;
      const wanted = new Set(next.virtuals.flatMap(({ realFile }) => realFile?.path ?? []));
      const before = files;
      for (const [path, file] of before) {
        if (wanted.has(path)) file.reread();
        else file.stop();
      }
      files = new Map(
        [...wanted].map((path) => [
          path,
          before.get(path) ?? createFleetFile(path, ports.initial[path], { ports, context: () => context }),
        ]),
      );
    },
    fleetOf: (service) => {
      for (const file of files.values()) {
        const fleet = file.fleetOf(service);
        if (fleet !== undefined) return fleet;
      }
      return undefined;
    },
    isSettled: () => [...files.values()].every((file) => file.isSettled()),
    known: () =>
      Object.fromEntries(
        [...files].flatMap(([path, { good }]) => {
          const text = good();
          return text === undefined ? [] : [[path, text] as const];
        }),
      ),
    status: () => [...files.values()].map((file) => file.status()),
    stop: () => {
      for (const file of files.values()) file.stop();
      files = new Map();
    },
  };
}
