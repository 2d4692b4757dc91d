// Problems as the lines that a terminal or a log shows.
import { showable } from '../net/shown.ts';
import type { Problem } from './config.ts';

/** "FILE:LINE:COLUMN: Cannot ...", with "warning: " before a warning's message. */
export function formatProblem({ at, severity, message }: Problem): string {
  const mark = severity === 'warning' ? 'warning: ' : '';
  return showable(`${at.file}:${at.line}:${at.column}: ${mark}${message}`);
}
