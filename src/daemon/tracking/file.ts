// One tracked file: the whole number at its beginning, as keepalived reads it; none where there is no such number.
import type { TrackFileConfig } from '../../model/config/tracked.ts';
import type { WatchFile } from '../../ports/tracked.ts';
import type { Tell, Watch } from './watch.ts';

/** No priority can be moved by more. */
const valueMax = 254;

export function trackFile({ file }: TrackFileConfig, watchFile: WatchFile, tell: Tell): Watch {
  const stop = watchFile(file, (text) => {
    const value = text === undefined ? undefined : readValue(text);
    const detail = text === undefined ? 'cannot be read' : value === undefined ? 'no number' : undefined;
    tell({ value: value ?? 0 }, detail);
  });
  return { stop };
}

/** Within -254 to 254, or undefined where the text does not begin with a whole number. */
export function readValue(text: string): number | undefined {
  const match = /^\s*([+-]?\d+)(?:\s|$)/.exec(text);
  return match === null ? undefined : Math.min(valueMax, Math.max(-valueMax, Number(match[1])));
}
