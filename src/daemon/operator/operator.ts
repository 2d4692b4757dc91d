// What the operator has said of single servers (drain, disable, weight, enable) over the control socket. It holds
// through reloads and restarts, until `enable`; a server that is no longer configured keeps its word too, for the
// day that it returns.

import type { RealName, ServiceName } from '../../model/ipvs.ts';
import { parseRealName, parseServerKey, type ServerKey, serverKey } from '../../model/names.ts';
import { entriesOf } from '../../net/record.ts';
import type { Result } from '../../net/result.ts';
import type { Drain } from '../../reconcile/leaving.ts';
import type { Override } from '../../reconcile/weigh.ts';

/** A server of one service, or of every service that has it. */
type Subject = ServerKey<RealName> | RealName;
export type Overrides = Readonly<Record<Subject, Override>>;

/** Of what was kept; anything else counts as nothing said. */
export function parseOverrides(value: unknown): Overrides {
  if (typeof value !== 'object' || value === null) return {};
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return Object.fromEntries(
    entries.flatMap(([text, override]) => {
      const subject = parseRealName(text) ?? parseServerKey(text, parseRealName);
      return subject !== undefined && isOverride(override) ? [[subject, override] as const] : [];
    }),
  );
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
    real: RealName,
    service: ServiceName | undefined,
    override: Override | undefined,
  ) => Promise<Result<void>>;
  readonly overrideOf: (service: ServiceName, real: RealName) => Override | undefined;
  /** Undefined for a server that is not drained. */
  readonly drainOf: (service: ServiceName, real: RealName) => Drain | undefined;
  /** Whether anything is said of any server. */
  readonly isSilent: () => boolean;
  readonly list: () => Overrides;
};

export function createOperator({ initial, save, onChanged }: OperatorPorts): Operator {
  let overrides: Overrides = initial;
  let isSilent = Object.keys(overrides).length === 0;
  return {
    set: (real, service, override) => {
      const subject: Subject = service === undefined ? real : serverKey(service, real);
      const others = entriesOf(overrides).filter(([name]) => !isAbout(name, real, service));
      overrides = Object.fromEntries(override === undefined ? others : [...others, [subject, override]]);
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
export const overrideIn = (
  overrides: Overrides,
  service: ServiceName,
  real: RealName,
): Override | undefined => overrides[serverKey(service, real)] ?? overrides[real];

export function drainIn(overrides: Overrides, service: ServiceName, real: RealName): Drain | undefined {
  const override = overrideIn(overrides, service, real);
  if (override?.mode !== 'drain') return undefined;
  const { since = 0, deadline } = override;
  return { since, ...(deadline !== undefined && { deadline }) };
}

/** A word about a server in every service takes the place of each about it in one. */
const isAbout = (name: Subject, real: RealName, service: ServiceName | undefined): boolean =>
  service === undefined ? name === real || name.endsWith(` ${real}`) : name === serverKey(service, real);
