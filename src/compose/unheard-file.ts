// Where in state_dir the events of late are kept, and what a VRRP process tells that nobody hears any more. On its own, as that
// process knows nothing else of it (orphan-log.ts, open-events.ts).
import { join } from 'node:path';

export const eventsFolder = (stateDir: string): string => join(stateDir, 'events');
export const unheardFile = (stateDir: string): string => join(eventsFolder(stateDir), 'unheard.jsonl');
export const unheardBytesMax = 1024 * 1024;
