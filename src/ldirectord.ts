#!/usr/bin/env node
// `lvs-director-ldirectord`: ldirectord's command line for this daemon. As main.ts: what asks a daemon to end, and what
// nobody catches, is caught before anything else is loaded. The rest is cli/ldirectord/ldirectord-process.ts's.
import { catchFaults } from './system/host/faults.ts';
import { catchSignals } from './system/host/signals.ts';

// Set by `start` for the daemon that it starts in the background.
if (process.env.LVS_DIRECTOR_INSTANCE !== undefined) {
  catchSignals();
  catchFaults();
}
const { runLdirectordProcess } = await import('./cli/ldirectord/ldirectord-process.ts');
await runLdirectordProcess();
