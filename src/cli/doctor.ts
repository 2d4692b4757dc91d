// `lvs-director doctor`: what around the table of this director is not as its services need it, why, and what mends it.
// It reads and changes nothing; whether a daemon runs makes no difference to that.
import { gatherFacts } from '../compose/doctor-facts.ts';
import { readConfigNow } from '../compose/read-config-now.ts';
import { formatProblem } from '../config/format-problem.ts';
import { examine, examineProbed } from '../doctor/examine.ts';
import { nameOf } from '../doctor/services.ts';
import type { Config } from '../model/config/config.ts';
import { shown } from '../net/shown.ts';
import { examinedAsJson, formatExamined } from '../render/doctor.ts';
import {
  type Arguments,
  defaultConfigFile,
  type ExitCode,
  type Io,
  type Options,
  textOption,
} from './command-line.ts';
import { findSocket } from './seek-socket.ts';

/** 0: nothing found; 1: something. */
export async function runDoctor({ options, positionals }: Arguments, io: Io): Promise<ExitCode> {
  const [given] = positionals;
  const option = textOption(options, 'config');
  if (given !== undefined && option !== undefined) return refuse(io, 'expected one config, got two');
  const file = option ?? given ?? defaultConfigFile;
  if (process.getuid?.() !== 0) return refuse(io, 'expected to be run by root, got another user');
  const { config, problems } = await readConfigNow(file, textOption(options, 'director'));
  if (config === undefined) {
    io.stderr(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    return refuse(io, `expected a good config, got ${shown(file)}`);
  }
  const wanted = onlyService(config, options);
  if (typeof wanted === 'string') return refuse(io, wanted);
  // Only of a daemon that says it runs this very file, where no socket was named.
  const socket = await findSocket({ config: file, director: options.director, socket: options.socket });
  const director = textOption(options, 'director');
  const facts = await gatherFacts(wanted, { socket, ...(director !== undefined && { director }) });
  const examined =
    options.probe === true
      ? examineProbed(await (await import('../compose/doctor-probes.ts')).probe(facts))
      : examine(facts);
  io.stdout(
    options.json === true
      ? `${JSON.stringify(examinedAsJson(examined), null, 2)}\n`
      : formatExamined(examined),
  );
  return examined.findings.length === 0 ? 0 : 1;
}

/** @returns what stands in the way, in words. */
function onlyService(config: Config, options: Options): Config | string {
  const name = textOption(options, 'service');
  if (name === undefined) return config;
  const virtuals = config.virtuals.filter(
    (virtual) => nameOf(virtual) === name || virtual.servicename === name,
  );
  return virtuals.length === 0
    ? `expected --service SERVICE of the config, got ${shown(name)}`
    : { ...config, virtuals };
}

function refuse(io: Io, message: string): ExitCode {
  io.stderr(`Cannot examine: ${message}\n`);
  return 2;
}
