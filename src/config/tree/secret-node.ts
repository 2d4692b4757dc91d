// The text of a secret that a config only says the place of (secret-source.ts), asked of the host. Nothing that is
// said of it has more than the place: path or name, and never a character of what is there.
import type { ConfigEnvironment } from '../../model/config/environment.ts';
import type { MapNode } from './node.ts';
import { type BadSource, sourceOf } from './secret-source.ts';

type SecretText = {
  /** Absent: it cannot be seen from here. */
  readonly text?: string;
  readonly warnings: readonly {
    readonly act: 'read' | 'keep secret';
    readonly rule: string;
    readonly got: string;
  }[];
};

/** For one that cannot be seen: the first that obeys its rule, whatever that is (a password of 8 characters, a header, a URL). */
export const standIns: readonly string[] = [
  'unknown_',
  'Unknown: unknown',
  'https://unknown.invalid/api/v2/alerts',
];

export function readSecretNode(
  node: MapNode,
  { readSecret }: Pick<ConfigEnvironment, 'readSecret'>,
): SecretText | BadSource {
  const source = sourceOf(node);
  if ('rule' in source) return source;
  const read = readSecret?.(source);
  if (read === undefined) return { warnings: [] };
  if ('rule' in read) return read;
  if ('unseen' in read) return { warnings: [{ act: 'read', ...read.unseen }] };
  const { text, lax } = read;
  return { text, warnings: lax === undefined ? [] : [{ act: 'keep secret', ...lax }] };
}
