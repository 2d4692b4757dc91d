// Problems as the lines that a terminal or a log shows.

import type { Problem } from '../model/config/problem.ts';
import { showable } from '../net/shown.ts';

/** "FILE:LINE:COLUMN: Cannot ...", with "warning: " before a warning's message. */
export function formatProblem({ at, severity, message }: Problem): string {
  const mark = severity === 'warning' ? 'warning: ' : '';
  return showable(`${at.file}:${at.line}:${at.column}: ${mark}${message}`);
}
