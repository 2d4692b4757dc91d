// `lvs-director where CLIENT -> SERVICE`: which server the kernel would give a client's packet to now, and why. Asks
// the kernel itself, so it works while no daemon runs; a config is only looked at for what the kernel forgets.
import { readKernelFacts } from '../compose/kernel-facts.ts';
import { readConfig } from '../compose/read-config.ts';
import { flowFamily, formatFlow, parseFlow } from '../explain/flow.ts';
import { whereTo } from '../explain/where.ts';
import { formatWhere } from '../render/where.ts';
import { type Arguments, defaultConfigFile, type ExitCode, type Io, textOption } from './command-line.ts';

/** 0: a server takes it, perhaps one of several; 1: nobody does, or IPVS cannot be read. */
export async function runWhere({ options, positionals }: Arguments, io: Io): Promise<ExitCode> {
  const flow = parseFlow(positionals.join(' '));
  if (!flow.ok) {
    io.stderr(`Cannot find out where: ${flow.error}\n`);
    return 2;
  }
  const file = textOption(options, 'config') ?? defaultConfigFile;
  const { config } = readConfig(file, textOption(options, 'director'));
  const facts = await readKernelFacts(flowFamily(flow.value), config);
  if (!facts.ok) {
    io.stderr(`Cannot read IPVS: ${facts.error}\n`);
    return 1;
  }
  const where = whereTo(flow.value, facts.value);
  io.stdout(
    options.json === true
      ? `${JSON.stringify({ flow: formatFlow(flow.value), ...where }, null, 2)}\n`
      : formatWhere(flow.value, where),
  );
  return where.choice.kind === 'nobody' ? 1 : 0;
}
