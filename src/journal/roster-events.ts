// What is said of names and files that servers and peers come from.
import { describeChanges } from './describe-changes.ts';
import { entry } from './entry.ts';

type Kept = { readonly kept: readonly string[]; readonly kept_s?: number };

function describeKept({ kept, kept_s }: Kept): string {
  if (kept.length === 0) return 'no address of it is known';
  return `${kept.join(', ')} kept${kept_s === undefined ? '' : ` for ${kept_s} s`}`;
}

export const rosterEvents = {
  'names.failed': entry<{
    name: string;
    family: 'inet' | 'inet6';
    reason: string;
    /** What goes on to count; empty: nothing is known of it. */
    kept: readonly string[];
    /** Only for so long: DNS says that the name is gone. */
    kept_s?: number;
  }>(
    'warn',
    (event) => `${event.name} (${event.family}) cannot be resolved: ${event.reason}; ${describeKept(event)}`,
  ),
  'names.recovered': entry<{
    name: string;
    family: 'inet' | 'inet6';
    addresses: readonly string[];
    failed_s: number;
  }>(
    'info',
    (event) =>
      `${event.name} (${event.family}) is resolved again after ${event.failed_s} s: ${event.addresses.join(', ')}`,
  ),
  'names.forgotten': entry<{ name: string; family: 'inet' | 'inet6'; addresses: readonly string[] }>(
    'warn',
    (event) =>
      `${event.name} (${event.family}) does not exist in DNS any more; its last addresses no longer count: ${event.addresses.join(', ')}`,
  ),
  'roster.changed': entry<{
    service: string;
    added: readonly string[];
    removed: readonly string[];
    /** Names and files that they come from. */
    from: readonly string[];
  }>(
    'info',
    (event) => `${event.service}: servers from ${event.from.join(', ')} changed: ${describeChanges(event)}`,
  ),
  'roster.duplicate': entry<{ service: string; real: string; from: string; first: string }>(
    'warn',
    (event) => `${event.service}: ${event.real} from ${event.from} is there already, from ${event.first}`,
  ),
  'roster.file_rejected': entry<{
    file: string;
    problems: readonly string[];
    /** Servers of its last good content, which go on to count. */
    kept: number;
  }>(
    'warn',
    (event) => `kept the ${event.kept} server(s) that ${event.file} had before: ${event.problems[0] ?? ''}`,
  ),
  'roster.file_accepted': entry<{ file: string; servers: number }>(
    'info',
    (event) => `${event.file} is good again: ${event.servers} server(s)`,
  ),
};
