// All metrics of one scrape, in slices that each take a fraction of a millisecond: whoever takes them lets others have their
// turn in between (ports/control.ts). Only numbers, names of the config and states: nothing of what a server said.
import { linesOf } from './collect.ts';
import { daemonSamples, processSamples } from './daemon-samples.ts';
import { type Format, inSlices } from './exposition.ts';
import {
  daemonFamilies,
  processFamilies,
  routerFamilies,
  serverFamilies,
  serviceFamilies,
} from './families.ts';
import type { MetricsInput } from './input.ts';
import { keepalivedFamilies, keepalivedSamples } from './keepalived-names.ts';
import { routerSamples } from './router-samples.ts';
import { serverSamples } from './server-samples.ts';
import { seeServices } from './servers.ts';
import { serviceSamples } from './service-samples.ts';

export const renderMetrics = (input: MetricsInput, format: Format): Iterable<string> =>
  inSlices(lines(input, format));

function* lines(input: MetricsInput, format: Format): Generator<string> {
  const { config } = input.facts;
  const { servers = true, keepalivedNames = false } = config.metrics ?? {};
  yield* linesOf(daemonFamilies, daemonSamples, input, format);
  if (config.vrrp.length > 0) yield* linesOf(routerFamilies, routerSamples, input, format);
  if (keepalivedNames) yield* linesOf(keepalivedFamilies, keepalivedSamples, input, format);
  if (config.virtuals.length > 0 || input.facts.table.available !== undefined) {
    const withServices = { ...input, services: yield* seeServices(input.facts) };
    yield* linesOf(serviceFamilies, serviceSamples, withServices, format);
    if (servers) yield* linesOf(serverFamilies, serverSamples, withServices, format);
  }
  yield* linesOf(processFamilies, processSamples, input, format);
  if (format === 'openmetrics') yield '# EOF\n';
}
