// A plan for a terminal: one line a change, grouped by service, in the order in which the kernel is told; what
// was and what will be, in ipvsadm's options; and the counts. Colour only where the caller says so.
import type { Plan, PlanLine } from '../reconcile/plan.ts';

const colours: Readonly<Record<PlanLine['sign'], number>> = { '+': 32, '~': 33, '-': 31 };

/** @returns whole lines, each with its newline. */
export function formatPlan(plan: Plan, { colour = false }: { readonly colour?: boolean } = {}): string {
  if (plan.lines.length === 0) return 'Nothing to change: the table is as it should be.\n';
  const width = Math.max(...plan.lines.map((line) => subjectOf(line).length));
  let heading: string | undefined;
  const text = plan.lines.map((line) => {
    const isNew = line.real !== undefined && line.service !== heading;
    heading = line.service;
    const row = `${line.sign} ${subjectOf(line).padEnd(width)}  ${settingsOf(line)}`.trimEnd();
    const painted = colour ? `\u001b[${colours[line.sign]}m${row}\u001b[0m` : row;
    return isNew ? `  ${line.service}\n${painted}\n` : `${painted}\n`;
  });
  return `${text.join('')}\n${summaryOf(plan)}\n`;
}

const subjectOf = ({ service, real }: PlanLine): string => (real === undefined ? service : `  ${real}`);

function settingsOf({ before, after }: PlanLine): string {
  if (before === undefined || after === undefined) return after ?? before ?? '';
  return `${before} -> ${after}`;
}

const summaryOf = ({ counts }: Plan): string =>
  `${counts.adds} to add, ${counts.edits} to change, ${counts.deletes} to delete.`;
