// Runs fallbackcommand: a command line of the administrator's through the shell, as ldirectord's system() runs it, with
// what has happened and the service behind it. When it is run is serving-changes.ts's.

import type { Journal } from '../../journal/event.ts';
import { formatServiceId, type ServiceId } from '../../model/ipvs.ts';
import { formatEndpoint } from '../../net/endpoint.ts';
import type { CommandQueue } from './command-queue.ts';

/** @param line what the administrator has written. */
export type RunFallbackCommand = (id: ServiceId, action: 'start' | 'stop', line: string) => void;

export const fallbackCommands =
  ({ journal, queue }: { readonly journal: Journal; readonly queue: CommandQueue }): RunFallbackCommand =>
  (id, action, line) => {
    const service = formatServiceId(id);
    const onEnded = (exit: string) =>
      journal({ event: 'service.fallbackcommand', service, action, command: line, exit });
    const command = ['/bin/sh', '-c', `${line} "$@"`, 'sh', action, ...wordsFor(id)];
    queue.add(`fallback ${service}`, {
      command: () => ({ request: { command, isAction: true }, onEnded }),
      onLeftOut: () => onEnded('left out'),
    });
  };

/** "VIP:VPORT PROTOCOL"; behind a mark "MARK fwm", where ldirectord gives an empty address. */
const wordsFor = (id: ServiceId): readonly string[] =>
  id.kind === 'fwmark' ? [String(id.fwmark), 'fwm'] : [formatEndpoint(id), id.protocol];
