// The warnings of a config, as events of the log.

import type { Journal } from '../../journal/event.ts';
import type { Problem } from '../../model/config/problem.ts';

export function reportWarnings(journal: Journal, problems: readonly Problem[]): void {
  for (const { severity, at, message } of problems) {
    if (severity !== 'warning') continue;
    journal({ event: 'config.warning', at: `${at.file}:${at.line}:${at.column}`, message });
  }
}
