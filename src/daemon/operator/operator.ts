// What the operator has said of single servers (drain, disable, weight, enable) over the control socket. It holds
// through reloads and restarts, until `enable`; a server that is no longer configured keeps its word too, for the
// day that it returns.
import type { Result } from '../../net/result.ts';
import type { Drain } from '../../reconcile/leaving.ts';
import type { Override } from '../../reconcile/weigh.ts';

/** By "SERVICE REAL", or "REAL" alone for every service that has it. */
export type Overrides = Readonly<Record<string, Override>>;

/** Of what was kept; anything else counts as nothing said. */
export function parseOverrides(value: unknown): Overrides {
  if (typeof value !== 'object' || value === null) return {};
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return Object.fromEntries(entries.filter((entry): entry is [string, Override] => isOverride(entry[1])));
}

function isOverride(value: unknown): value is Override {
  if (typeof value !== 'object' || value === null || !('mode' in value)) return false;
  if (value.mode === 'disable') return true;
  if (value.mode === 'drain') return ['since', 'deadline'].every((key) => isTime(Reflect.get(value, key)));
  return value.mode === 'weight' && 'weight' in value && Number.isInteger(value.weight);
}

const isTime = (value: unknown) => value === undefined || Number.isSafeInteger(value);

export type OperatorPorts = {
  readonly initial: Overrides;
  /** Keeps them for the next start, or tells why not. */
  readonly save: (overrides: Overrides) => Promise<Result<void>>;
  readonly onChanged: () => void;
};

export type Operator = {
  /** @param service absent: in every service. @param override absent: as configured again. */
  readonly set: (
    real: string,
    service: string | undefined,
    override: Override | undefined,
  ) => Promise<Result<void>>;
  readonly overrideOf: (service: string, real: string) => Override | undefined;
  /** Undefined for a server that is not drained. */
  readonly drainOf: (service: string, real: string) => Drain | undefined;
  /** Whether anything is said of any server. */
  readonly isSilent: () => boolean;
  readonly list: () => Overrides;
};

export function createOperator({ initial, save, onChanged }: OperatorPorts): Operator {
  let overrides: Overrides = initial;
  let isSilent = Object.keys(overrides).length === 0;
  return {
    set: (real, service, override) => {
      const key = service === undefined ? real : `${service} ${real}`;
      const others = Object.entries(overrides).filter(([name]) => !isAbout(name, real, service));
      overrides = Object.fromEntries(override === undefined ? others : [...others, [key, override]]);
      isSilent = Object.keys(overrides).length === 0;
      const kept = save(overrides);
      onChanged();
      return kept;
    },
    // Asked of every server in each pass, and mostly nothing was said of any.
    overrideOf: (service, real) => (isSilent ? undefined : overrideIn(overrides, service, real)),
    drainOf: (service, real) => (isSilent ? undefined : drainIn(overrides, service, real)),
    isSilent: () => isSilent,
    list: () => overrides,
  };
}

/** What is said of a server in one service goes before what is said of it in all. */
export const overrideIn = (overrides: Overrides, service: string, real: string): Override | undefined =>
  overrides[`${service} ${real}`] ?? overrides[real];

export function drainIn(overrides: Overrides, service: string, real: string): Drain | undefined {
  const override = overrideIn(overrides, service, real);
  if (override?.mode !== 'drain') return undefined;
  const { since = 0, deadline } = override;
  return { since, ...(deadline !== undefined && { deadline }) };
}

/** A word about a server in every service takes the place of each about it in one. */
const isAbout = (name: string, real: string, service: string | undefined): boolean =>
  service === undefined ? name === real || name.endsWith(` ${real}`) : name === `${service} ${real}`;
