// `GET /metrics`, of the control socket and of a listener alike. What renders is loaded by the first who asks.
import type { Route } from '../../ports/control.ts';
import { contentTypes, formatFor } from './exposition.ts';
import type { MetricsInput } from './input.ts';

export const metricsRoute =
  (read: () => Promise<MetricsInput>): Route =>
  async (_search, { accept }) => {
    const format = formatFor(accept);
    const [{ renderMetrics }, input] = await Promise.all([import('./render.ts'), read()]);
    return { status: 200, contentType: contentTypes[format], pieces: renderMetrics(input, format) };
  };
