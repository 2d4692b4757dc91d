// A plan for a terminal: one line a change, grouped by service, in the order in which the kernel is told; what
// was and what will be, in ipvsadm's options; and the counts.
import { describeFallback } from '../journal/describe-fallback.ts';
import type { Plan, PlanLine, SettingLine } from '../reconcile/plan.ts';

const colours: Readonly<Record<string, number>> = { '+ ': 32, '~ ': 33, '- ': 31 } satisfies Record<
  `${PlanLine['sign']} `,
  number
>;

/** One line of a plan in the colour of its sign. */
export function paintPlan(line: string): string {
  const colour = colours[line.slice(0, 2)];
  return colour === undefined ? line : `\u001b[${colour}m${line}\u001b[0m`;
}

/** @returns whole lines, each with its newline. */
export function formatPlan(plan: Plan): string {
  const { settings = [] } = plan;
  const notes = `${formatFallbacks(plan)}${formatLeaving(plan)}`;
  if (plan.lines.length + settings.length === 0)
    return `Nothing to change: the table is as it should be.\n${notes}`;
  const width = Math.max(...[...settings, ...plan.lines].map((line) => subjectOf(line).length));
  const rowOf = (line: PlanLine | SettingLine): string =>
    `${line.sign} ${subjectOf(line).padEnd(width)}  ${settingsOf(line)}`.trimEnd();
  let heading: string | undefined;
  const text = plan.lines.map((line) => {
    const isNew = line.real !== undefined && line.service !== heading;
    heading = line.service;
    return isNew ? `  ${line.service}\n${rowOf(line)}\n` : `${rowOf(line)}\n`;
  });
  const beside = settings.map((line) => `${rowOf(line)}\n`);
  return `${[...beside, ...text].join('')}\n${summaryOf(plan)}\n${notes}`;
}

const formatFallbacks = ({ fallbacks = [] }: Plan): string =>
  fallbacks.map((each) => `${each.service}: ${describeFallback(each)}\n`).join('');

const formatLeaving = ({ leaving = [] }: Plan): string =>
  leaving
    .map(({ service, real, by, longestSec }) => {
      const time = longestSec === undefined ? '' : `, for ${longestSec} s at most`;
      return `${service}: ${real} ${by === 'operator' ? 'is drained' : 'is dropped'}: out when its connections have ended${time}\n`;
    })
    .join('');

function subjectOf(line: PlanLine | SettingLine): string {
  if ('setting' in line) return line.setting;
  return line.real === undefined ? line.service : `  ${line.real}`;
}

function settingsOf({ before, after }: PlanLine | SettingLine): string {
  if (before === undefined || after === undefined) return after ?? before ?? '';
  return `${before} -> ${after}`;
}

const summaryOf = ({ counts }: Plan): string =>
  `${counts.adds} to add, ${counts.edits} to change, ${counts.deletes} to delete.`;
