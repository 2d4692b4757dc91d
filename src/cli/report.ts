// `lvs-director report`: which failovers there were, how long and why, who was active when, which servers fell, what drift was
// repaired, which reloads: of what the daemon keeps, or of files of the log of one or both directors.

import { reportOf } from '../explain/report/report.ts';
import { parseSelection } from '../explain/select-events.ts';
import { formatReport, markdownReport } from '../render/report.ts';
import { type Arguments, type ExitCode, type Io, textOption } from './command-line.ts';
import { pastOf } from './past-events.ts';

export async function runReport({ options }: Arguments, io: Io): Promise<ExitCode> {
  const since = textOption(options, 'since');
  const selection = parseSelection({ since }, Date.now());
  if (!selection.ok || (options.json === true && options.markdown === true)) {
    io.stderr(
      `${selection.ok ? 'Cannot report: expected --json or --markdown, got both' : selection.error}\n`,
    );
    return 2;
  }
  const pasts = await pastOf(options, selection.value, io);
  if (pasts === undefined) return 1;
  const report = reportOf(pasts);
  if (options.json === true) io.stdout(`${JSON.stringify(report, null, 2)}\n`);
  else io.stdout(options.markdown === true ? markdownReport(report) : formatReport(report));
  return 0;
}
