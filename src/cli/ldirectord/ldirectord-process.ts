// `lvs-director-ldirectord`, from its command line to its exit status.

import { configBytesMax } from '../../compose/config-bytes.ts';
import { candidatesOf, findFile } from '../../compose/ldirectord-file.ts';
import { isSupervised } from '../../config/ldirectord/supervised.ts';
import { dialectOf } from '../../config/load.ts';
import { decodeText } from '../../net/raw-bytes.ts';
import { readRegularNow } from '../../system/files/open-regular.ts';
import { catchFaults } from '../../system/host/faults.ts';
import { catchSignals } from '../../system/host/signals.ts';
import type { Io } from '../command-line.ts';
import { endProcess, openProcessIo } from '../process-io.ts';
import { type AskedVerb, ldirectordHelp, ldirectordUsage, parseLdirectordArguments } from './command-line.ts';
import { type Instance, instanceOf } from './instance.ts';

/** Ends the process. */
export async function runLdirectordProcess(): Promise<void> {
  const file = process.env.LVS_DIRECTOR_INSTANCE;
  // No program that the daemon starts is this instance.
  delete process.env.LVS_DIRECTOR_INSTANCE;
  const code = await runLdirectord(process.argv.slice(2), openProcessIo(), file);
  // As of `run`: a log that nobody reads keeps no daemon from its end.
  if (file !== undefined) process.exit(code);
  endProcess(code);
}

/** @param file of the daemon that this process is to be, in the background */
export async function runLdirectord(argv: readonly string[], io: Io, file?: string): Promise<number> {
  const asked = parseLdirectordArguments(argv);
  if (asked.kind === 'refused') {
    io.stderr(`${asked.reason}\n\n${ldirectordUsage}`);
    return 255;
  }
  if (asked.kind === 'version') {
    const { version } = await import('../../compose/version.ts');
    io.stdout(`lvs-director ${version}, with the command line of ldirectord 4.12\n`);
    return 0;
  }
  if (asked.kind === 'help') {
    io.stdout(ldirectordHelp);
    return 0;
  }
  if (file !== undefined)
    return (await import('./daemon.ts')).runInBackground(instanceOf(file, asked.file), io);
  return runAsked(asked, io);
}

async function runAsked(asked: AskedVerb, io: Io): Promise<number> {
  const given = asked.file ?? 'ldirectord.cf';
  const label = findFile(given) ?? (await whereItRan(given, asked.file));
  if (label === undefined) {
    io.stderr(`Config file ${given} not found\n`);
    return 1;
  }
  const instance = instanceOf(label, asked.file);
  if (dialectOf(instance.file) !== 'ldirectord') {
    io.stderr(
      `Cannot read ${label}: expected a name that ends in .cf, or a file in /etc/ha.d, got another; lvs-director run -c takes YAML\n`,
    );
    return 2;
  }
  const { runVerb } = await import('./verbs.ts');
  return runVerb[asked.verb]({ instance, io, start: () => begin(instance, asked, io) });
}

/** A file that has gone since: its daemon is stopped, and asked how it is, all the same. */
async function whereItRan(given: string, name: string | undefined): Promise<string | undefined> {
  const { holderOf } = await import('./holder.ts');
  return candidatesOf(given).find((path) => holderOf(instanceOf(path, name)).kind === 'ours');
}

async function begin(instance: Instance, { file, isDebug }: AskedVerb, io: Io): Promise<number> {
  const read = readRegularNow(instance.file, { bytesMax: configBytesMax });
  if (isDebug || (read.ok && isSupervised(decodeText(read.value.content)))) {
    catchSignals();
    catchFaults();
    return (await import('./daemon.ts')).runInForeground(instance, isDebug, io);
  }
  const { startInBackground } = await import('./start.ts');
  return startInBackground(instance, [...(file === undefined ? [] : [file]), 'start'], io);
}
