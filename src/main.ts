#!/usr/bin/env node
// The first statements of every process of the program: what asks a daemon to end or to reload, and what nobody
// catches, is caught before anything else is loaded, so this file imports next to nothing. Then the VRRP process is begun
// (cli/fork-ahead.ts); the rest is cli/run-process.ts's.
import { catchFaults } from './system/host/faults.ts';
import { catchSignals } from './system/host/signals.ts';

// Any other command ends by a signal, and tells what it fell over.
const [, , command] = process.argv;
const isOurs = command === 'run' || command === 'vrrp-process' || command === 'check-process';
if (isOurs || command === 'config-process') catchSignals();
if (isOurs) catchFaults();
if (command === 'run') (await import('./cli/fork-ahead.ts')).forkVrrpAhead(process.argv.slice(3));
const { runProcess } = await import('./cli/run-process.ts');
await runProcess();
