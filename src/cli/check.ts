// `lvs-director check`: reads a config as `run` would and says everything that is wrong with it; of a good one,
// what it means on this director, with the servers that its names and files stand for now. Root is told as well what the
// user of the unit may not read. Nothing is changed. With `--schema` it prints the JSON Schema of the YAML form, for editors.

import { withEyesOf } from '../compose/read-as-unit.ts';
import { readConfigNow } from '../compose/read-config-now.ts';
import { jsonSchema } from '../config/document.ts';
import { formatProblem } from '../config/format-problem.ts';
import { judgeKernel } from '../config/ipvs/kernel.ts';
import { isIdle } from '../config/judge-loss.ts';
import { withoutSecrets } from '../config/secret-keys.ts';
import type { ConfigResult } from '../model/config/config.ts';
import { formatConfig } from '../render/config.ts';
import { readKernelModules } from '../system/host/kernel-modules.ts';
import { readServiceUnit } from '../system/host/service-unit.ts';
import { type Arguments, defaultConfigFile, type ExitCode, type Io, textOption } from './command-line.ts';

/** 0: good, perhaps with warnings; 2: not. Problems go to stderr, with `--json` all goes to stdout. */
export async function runCheck({ options }: Arguments, io: Io): Promise<ExitCode> {
  if (options.schema === true) {
    io.stdout(`${JSON.stringify(jsonSchema(), null, 2)}\n`);
    return 0;
  }
  const file = textOption(options, 'config') ?? defaultConfigFile;
  const director = textOption(options, 'director');
  const seen = withKernel(await readConfigNow(file, director));
  const result = isRoot()
    ? await withEyesOf(readServiceUnit(), { file, ...(director !== undefined && { director }) }, seen)
    : seen;
  const code = errorsOf(result) > 0 ? 2 : 0;
  if (options.json === true) {
    io.stdout(`${JSON.stringify({ good: code === 0, ...result }, withoutSecrets, 2)}\n`);
    return code;
  }
  io.stderr(result.problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
  io.stdout(result.config === undefined ? '' : formatConfig(result.config));
  io.stderr(`${file}: ${verdict(result)}\n`);
  return code;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/** With what this machine's kernel lacks for it, which `run` would start without. */
function withKernel(result: ConfigResult): ConfigResult {
  if (result.config === undefined) return result;
  return { ...result, problems: [...result.problems, ...judgeKernel(result.config, readKernelModules())] };
}

const errorsOf = ({ config, problems }: ConfigResult): number =>
  Math.max(problems.filter(({ severity }) => severity === 'error').length, config === undefined ? 1 : 0);

function verdict(result: ConfigResult): string {
  const errors = errorsOf(result);
  const warnings = result.problems.filter(({ severity }) => severity === 'warning').length;
  const idle = result.config !== undefined && isIdle(result.config);
  const good = idle ? 'good, but it names nothing to do: neither a service nor a virtual router' : 'good';
  return `${errors > 0 ? `${errors} error(s)` : good}${warnings === 0 ? '' : `, ${warnings} warning(s)`}`;
}
