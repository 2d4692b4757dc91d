// The alerts that an Alertmanager is to know of, which forgets those that nobody repeats: as Prometheus does, each post says
// until when it holds, and those that still hold are said again before. So alerts of a director that has died go by
// themselves. Bounded. Pure but for what it remembers.
import type { WebhookConfig } from '../../model/config/webhook.ts';
import { alertOf } from './alerts.ts';
import { isFor, type Told } from './webhook-body.ts';

/** As the Alertmanager's API v2 has it. */
export type Alert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
};

/** How often what holds is said again; each time for four times as long (Prometheus' notifier). */
export const repeatMs = 60_000;
const holdsMs = 4 * repeatMs;
/** Of an event that nothing resolves. */
const passesMs = 300_000;
const openMax = 1000;

type Open = Omit<Alert, 'endsAt'>;

export type AlertBook = {
  /** @returns the alerts that follow from it, to post at once. */
  readonly note: (
    told: Told,
    hook: Pick<WebhookConfig, 'events' | 'level'>,
    nowMs: number,
  ) => readonly Alert[];
  /** What holds, to say again. */
  readonly open: (nowMs: number) => readonly Alert[];
  /** Those of what is configured no more. @returns them, as resolved. */
  readonly close: (isGone: (labels: Alert['labels']) => boolean, nowMs: number) => readonly Alert[];
};

/** @param rfc3339 of ms since 1970 */
export function createAlertBook(rfc3339: (ms: number) => string): AlertBook {
  const open = new Map<string, Open>();

  function resolve(key: string, alert: Open, nowMs: number): Alert {
    open.delete(key);
    return { ...alert, endsAt: rfc3339(nowMs) };
  }

  return {
    note: (told, hook, nowMs) =>
      alertOf(told.event).flatMap(({ kind, labels }) => {
        const { severity: _, ...known } = labels;
        const key = JSON.stringify(known);
        const before = open.get(key);
        if (kind === 'resolves') return before === undefined ? [] : [resolve(key, before, nowMs)];
        // One that fires because it is an alert is told at any level that is not asked for.
        if (!isFor(kind === 'fires' ? hook : { ...hook, level: hook.level ?? 'warn' }, told.record))
          return [];
        const alert = before ?? opened(told, labels, rfc3339(nowMs));
        if (kind === 'passes') return [{ ...alert, endsAt: rfc3339(nowMs + passesMs) }];
        if (open.size < openMax) open.set(key, alert);
        return [{ ...alert, endsAt: rfc3339(nowMs + holdsMs) }];
      }),
    open: (nowMs) => [...open.values()].map((alert) => ({ ...alert, endsAt: rfc3339(nowMs + holdsMs) })),
    close: (isGone, nowMs) =>
      [...open].filter(([, { labels }]) => isGone(labels)).map(([key, alert]) => resolve(key, alert, nowMs)),
  };
}

const opened = ({ record, id, director }: Told, labels: Alert['labels'], startsAt: string): Open => ({
  labels: { ...labels, director, job: 'lvs-director' },
  annotations: { summary: record.message, event: record.event, id },
  startsAt,
});
