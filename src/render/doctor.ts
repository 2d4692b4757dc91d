// What `doctor` shows: each finding with what, why and what mends it; where there is none, what was looked at.
import type { Examined } from '../doctor/examine.ts';
import type { Finding } from '../doctor/finding.ts';

export function formatExamined({ findings, looked, unlooked, sent }: Examined): string {
  const blocks = findings.map(formatFinding);
  const count = (level: Finding['level']) => findings.filter((each) => each.level === level).length;
  const verdict =
    findings.length === 0
      ? `Nothing found. Looked at: ${looked.join('; ')}`
      : `${count('fault')} fault(s), ${count('warning')} warning(s)`;
  return [
    ...blocks,
    verdict,
    ...(sent === undefined ? [] : [`Sent: ${sent}`]),
    ...unlooked.map((each) => `Not looked at: ${each}`),
    '',
  ].join('\n');
}

function formatFinding({ name, level, services, what, why, command, advice }: Finding): string {
  return [
    `${level}: ${name}: ${what}`,
    `  why: ${why}`,
    ...(services.length === 0 ? [] : [`  breaks: ${services.join(', ')}`]),
    ...(command === undefined ? [] : [`  mend: ${command}`]),
    ...(advice === undefined ? [] : [`  ${command === undefined ? 'mend' : 'else'}: ${advice}`]),
    '',
  ].join('\n');
}

/** The same for programs; `schema` counts changes that take something away. */
export const examinedAsJson = (examined: Examined): unknown => ({ schema: 1, ...examined });
