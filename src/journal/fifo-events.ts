// What is said of FIFOs that lines are written to, and of the programs that read them.
import { entry } from './entry.ts';
import { levelOfExit } from './level-of-exit.ts';

export const fifoEvents = {
  'fifo.failed': entry<{ fifo: string; reason: string }>(
    'error',
    (event) => `FIFO ${event.fifo}: ${event.reason}`,
  ),
  'fifo.lost': entry<{ fifo: string; lines: number; reason: string }>(
    'error',
    (event) => `FIFO ${event.fifo}: ${event.lines} line(s) lost: ${event.reason}`,
  ),
  'fifo.script_ended': entry<{ fifo: string; command: string; exit: string }>(
    levelOfExit,
    (event) => `FIFO ${event.fifo}: its script ${event.command} ended: ${event.exit}`,
  ),
};
