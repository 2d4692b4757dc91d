// The warnings of a config, as events of the log.
import type { Problem } from '../config/config.ts';
import type { Journal } from '../ports/journal.ts';

export function reportWarnings(journal: Journal, problems: readonly Problem[]): void {
  for (const { severity, at, message } of problems) {
    if (severity !== 'warning') continue;
    journal({ event: 'config.warning', at: `${at.file}:${at.line}:${at.column}`, message });
  }
}
