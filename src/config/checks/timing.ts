// Times and counts that no check goes by, of a service and of the top level, and a check that takes longer than its
// interval. What they are is service/timing.ts's.

import type { CheckKind } from '../../model/checks/checks.ts';
import { checksOfService } from '../../model/checks/checks-of.ts';
import { isAgentAsked, kindsOf } from '../../model/checks/chosen.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { type Warn, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { formatDuration } from '../values/scalars.ts';
import { isRead, isWritten, type Made, negotiates } from './unread.ts';

const keys = [
  ...(['checktimeout', 'negotiatetimeout', 'checkinterval', 'checkcount', 'failurecount', 'fall'] as const),
  ...([
    'retryinterval',
    'warmup',
    'rise',
    'slow_start',
    'flap_hold',
    'flap_count',
    'flap_window',
    'flap_hold_max',
  ] as const),
] as const;
type Key = (typeof keys)[number];
type Draft = { readonly [Each in Key]?: number | undefined };

const isChecked = (virtual: VirtualConfig): boolean => kindsOf(virtual)[0] !== 'off';
/** Of several checks, and of those that take turns, one is enough. */
export const canFail = (virtual: VirtualConfig): boolean =>
  checksOfService(virtual).some((each) => kindsOf(each).some(isProbe) || isAgentAsked(each));
const isProbe = (kind: CheckKind | undefined): boolean =>
  kind !== undefined && kind !== 'on' && kind !== 'off';

type Use = {
  readonly isRead: (virtual: VirtualConfig) => boolean;
  readonly rule: string;
  /** What is there in its place; absent: the check. */
  readonly got?: (virtual: VirtualConfig) => string;
};

const checked: Use = { isRead: isChecked, rule: 'servers that are checked' };
const failing: Use = { isRead: canFail, rule: 'a check that can fail' };
const flapping: Use = {
  isRead: (virtual) => canFail(virtual) && virtual.flapping !== undefined,
  rule: 'flap_hold beside it, and a check that can fail',
};

const uses: Readonly<Record<Key, Use>> = {
  checktimeout: {
    isRead: (virtual) =>
      canFail(virtual) &&
      (!negotiates(virtual) || kindsOf(virtual).length > 1 || kindsOf(virtual).includes('ping')),
    rule: 'checktype connect, ping, external or a number (negotiate goes by negotiatetimeout)',
  },
  negotiatetimeout: {
    isRead: (virtual) => negotiates(virtual) && (isProbe(kindsOf(virtual)[0]) || isAgentAsked(virtual)),
    rule: 'checktype negotiate (the others go by checktimeout)',
  },
  checkcount: {
    isRead: (virtual) => isRead(virtual, 'checkcount'),
    rule: 'checktype ping (failures of every check are failurecount)',
  },
  retryinterval: {
    isRead: (virtual) => canFail(virtual) && virtual.fall > 1,
    rule: 'failurecount above 1, as there is nothing to look into otherwise',
    got: ({ fall }) => `${fall}`,
  },
  ...{ failurecount: failing, fall: failing, flap_hold: failing },
  ...{ checkinterval: checked, rise: checked, slow_start: checked, warmup: failing },
  ...{ flap_count: flapping, flap_window: flapping, flap_hold_max: flapping },
};

/** Each timeout stands for the other where that is not said beside it. */
const standsFor: Readonly<Partial<Record<Key, Key>>> = {
  checktimeout: 'negotiatetimeout',
  negotiatetimeout: 'checktimeout',
};

function isUsed(key: Key, draft: Draft, virtual: VirtualConfig): boolean {
  const other = standsFor[key];
  return (
    uses[key].isRead(virtual) ||
    (other !== undefined && draft[other] === undefined && uses[other].isRead(virtual))
  );
}

/** Those of one service; checkcount is told of with what else its check does not read, flap_hold's by service/flapping.ts. */
export function judgeTiming(virtual: VirtualConfig, draft: Draft, warn: Warn, made: readonly Made[]): void {
  const speaker = negotiates(virtual) ? `service ${virtual.service}` : `checktype ${virtual.checktype.kind}`;
  for (const key of keys) {
    const isToldElsewhere =
      key === 'checkcount' || (uses[key] === flapping && virtual.flapping === undefined);
    if (isToldElsewhere || !isWritten(draft[key])) continue;
    if (made.some((each) => each.says[key] === undefined && isUsed(key, draft, each.virtual))) continue;
    const rule = canFail(virtual) ? uses[key].rule : (isChecked(virtual) ? failing : checked).rule;
    const check = `checktype ${virtual.checktype.kind}`;
    const got = canFail(virtual) ? (uses[key].got?.(virtual) ?? check) : speaker;
    warn(key, `use ${key}`, rule, got);
  }
  const at = (['checktimeout', 'negotiatetimeout', 'checkinterval'] as const).find((key) =>
    isWritten(draft[key]),
  );
  const late = made.find((each) => isTooLong(each.virtual));
  if (at !== undefined && late !== undefined) warn(at, ...tooLong(late.virtual));
  const slow = made.find((each) => isSlower(each.virtual));
  if (isWritten(draft.retryinterval) && slow !== undefined) warn('retryinterval', ...slower(slow.virtual));
}

/** Those of the top level, each once, where no service goes by it. */
export function judgeSharedTiming(
  globals: Draft,
  virtuals: readonly VirtualConfig[],
  { problems, sites }: Pick<Resolution, 'problems' | 'sites'>,
): void {
  if (virtuals.length === 0) return;
  const checks = virtuals.flatMap(checksOfService);
  for (const key of keys) {
    if (!isWritten(globals[key]) || checks.some((each) => isUsed(key, globals, each))) continue;
    problems.push(warningAt(sites(key), `use ${key}`, `a service with ${uses[key].rule}`, 'none'));
  }
  const at = (['checktimeout', 'negotiatetimeout'] as const).find((key) => isWritten(globals[key]));
  const late = checks.find((each) => isTooLong(each) && goesBy(globals, each));
  if (at !== undefined && late !== undefined) problems.push(warningAt(sites(at), ...tooLong(late)));
  const slow = checks.find((each) => isSlower(each) && each.retryintervalMs === globals.retryinterval);
  if (slow !== undefined) problems.push(warningAt(sites('retryinterval'), ...slower(slow)));
}

const timeoutOf = (virtual: VirtualConfig): number => {
  const tries = kindsOf(virtual)[0] === 'ping' ? virtual.checkcount : 1;
  return negotiates(virtual) ? virtual.negotiatetimeoutMs : virtual.checktimeoutMs * tries;
};

const isTooLong = (virtual: VirtualConfig): boolean =>
  canFail(virtual) && timeoutOf(virtual) > virtual.checkintervalMs;

const goesBy = ({ checktimeout, negotiatetimeout }: Draft, virtual: VirtualConfig): boolean =>
  negotiates(virtual)
    ? virtual.negotiatetimeoutMs === (negotiatetimeout ?? checktimeout)
    : virtual.checktimeoutMs === (checktimeout ?? negotiatetimeout);

const tooLong = (virtual: VirtualConfig): readonly [act: string, rule: string, got: string] => [
  'check at every checkinterval',
  `a timeout of at most ${formatDuration(virtual.checkintervalMs)}, as a check that takes longer puts off the next`,
  formatDuration(timeoutOf(virtual)),
];

/** Then a check that failed puts off the next one. */
const isSlower = ({ retryintervalMs, checkintervalMs }: VirtualConfig): boolean =>
  retryintervalMs !== undefined && retryintervalMs > checkintervalMs;

const slower = (virtual: VirtualConfig): readonly [act: string, rule: string, got: string] => [
  'look sooner after a failure',
  `a retryinterval of at most ${formatDuration(virtual.checkintervalMs)}, the checkinterval`,
  formatDuration(virtual.retryintervalMs ?? 0),
];
