// How a tracker of one kind (script.ts, file.ts, process.ts, service.ts) tells what it found, and is ended.
import type { Finding } from '../../model/tracking.ts';

export type Tell = (finding: Finding, detail?: string) => void;

export type Watch = {
  readonly stop: () => void;
  /** Looks at once, where it only looks when told to. */
  readonly look?: () => void;
};
