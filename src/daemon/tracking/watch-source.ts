// Begins to watch one thing that is tracked, in the way of its kind.

import { formatServiceId, type ServiceName } from '../../model/ipvs.ts';
import type { VerdictOf } from '../../model/verdict.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunScript, WatchFile } from '../../ports/tracked.ts';
import type { QuorumStatus } from '../reconcile/quorums.ts';
import { trackFile } from './file.ts';
import type { ProcessTracker } from './process.ts';
import { trackScript } from './script.ts';
import { judgeQuorum, judgeService } from './service.ts';
import type { Source } from './sources.ts';
import type { Tell, Watch } from './watch.ts';

export type WatchPorts = {
  readonly clock: Clock;
  readonly runScript: RunScript;
  readonly watchFile: WatchFile;
  readonly processes: ProcessTracker;
  readonly verdictOf: VerdictOf;
  /** Of a service that has one; trackers that name no quorum of their own go by it. */
  readonly quorumOf: (service: ServiceName) => QuorumStatus | undefined;
  readonly tell: Tell;
  /** Nothing is known of it, from an earlier configuration. */
  readonly isNew: boolean;
};

export function watchSource(source: Source, ports: WatchPorts): Watch {
  switch (source.kind) {
    case 'script':
      return trackScript(source.config, ports);
    case 'file':
      return trackFile(source.config, ports.watchFile, ports.tell);
    case 'process':
      return ports.processes.track(source.config, ports.tell);
    case 'virtual':
      return watchService(source, ports);
  }
}

function watchService(
  { virtual, quorum }: Extract<Source, { readonly kind: 'virtual' }>,
  { quorumOf, verdictOf, tell }: WatchPorts,
): Watch {
  const look = () => {
    const own = quorum === undefined ? quorumOf(formatServiceId(virtual.id)) : undefined;
    const { finding, detail } =
      own === undefined ? judgeService(virtual, quorum ?? 1, verdictOf) : judgeQuorum(own);
    tell(finding, detail);
  };
  look();
  return { stop: () => {}, look };
}
