import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/format-problem.ts';
import { parseConfig } from '../../src/config/load.ts';
import { createJournal } from '../../src/daemon/log/log.ts';
import type { ServerWhy } from '../../src/daemon/report/why.ts';
import { checkPlanOf } from '../../src/health/checks/plan.ts';
import type { ShownResult } from '../../src/model/probe-result.ts';
import { shownLines } from '../../src/net/shown.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { formatServices } from '../../src/render/services.ts';
import { formatWhy } from '../../src/render/why.ts';
import { aCheckHealth } from '../make/a-check-health.ts';
import { environment } from '../make/environment.ts';
import { logPorts } from '../make/log-ports.ts';
import { realNamed, serviceNamed } from '../make/names.ts';
import { hostileConfig, hostileServices, knowsMarker, showsMarker } from './hostile-servers.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });

async function answersOf(services: typeof hostileServices): Promise<readonly ShownResult[]> {
  const { config, problems } = parseConfig(await hostileConfig(services), '/x.yaml', environment);
  expect(problems.filter(({ severity }) => severity === 'error').map(formatProblem)).toEqual([]);
  const targets = (config?.virtuals ?? []).flatMap((virtual) =>
    virtual.reals.map((real) => checkPlanOf(virtual, real).main.target),
  );
  expect(targets.length).toBe(services.length);
  // What is never answered ends at the deadline, which no other depends on.
  return Promise.all(targets.map((target) => probe(target, AbortSignal.timeout(10_000))));
}

const service = serviceNamed('tcp 10.0.0.1:80');

/** All that is ever printed of a check's result, by lines of ours. */
async function outputsOf(results: readonly ShownResult[]): Promise<Readonly<Record<string, string>>> {
  const logged = async (format: 'json' | 'text') => {
    const lines: string[] = [];
    const shell = createJournal({ level: 'info', format }, logPorts(lines));
    for (const { detail } of results) {
      shell.journal({ event: 'real.down', service, real: '10.0.0.2:80', detail, failures: 1 });
    }
    await shell.close();
    return lines.join('');
  };
  const answers = results.map(({ outcome, detail }) => ({ outcome, detail, agoMs: 5 }));
  const real = {
    real: realNamed('10.0.0.2:80'),
    verdict: 'down',
    maintenance: false,
    activeConnections: 0,
    inactiveConnections: 0,
  } as const;
  const reals = results.map(({ detail }) => ({ ...real, detail }));
  const why = {
    ...{
      service,
      real: real.real,
      verdict: 'down',
      maintenance: false,
      checks: [aCheckHealth({ verdict: 'down', failures: 1 })],
    },
    ...{ answers, weights: [], servedBy: 'nobody' },
  } as ServerWhy;
  return {
    json: await logged('json'),
    text: await logged('text'),
    why: shownLines(formatWhy({ servers: [why], leavers: [], services: [], routers: [] })),
    status: shownLines(formatServices([{ service, scheduler: 'rr', fallbacks: [], reals }])),
  };
}

const kindOf = ({ name }: { readonly name: string }): string => name.replace(/ ?\d+$/, '');
const byKind = [...new Set(hostileServices.map(kindOf))].map(
  (kind) => [kind, hostileServices.filter((each) => kindOf(each) === kind)] as const,
);

describe('a hostile answer of each kind', () => {
  it.each(byKind)('forges nothing and gives no secret away: %s', async (_, services) => {
    const results = await answersOf(services);
    const outputs = await outputsOf(results);
    for (const [name, output] of Object.entries(outputs)) {
      expect(output.replaceAll('\n', ''), name).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{DI}]/u);
      if (services.some(knowsMarker)) expect(output, name).not.toMatch(showsMarker);
    }
    // One line an event, and only ours begin lines.
    for (const log of [outputs.json ?? '', outputs.text ?? '']) {
      expect(log.trimEnd().split('\n').length).toBe(results.length);
    }
    for (const { detail } of results) expect(detail.length).toBeLessThanOrEqual(303);
  });
});
