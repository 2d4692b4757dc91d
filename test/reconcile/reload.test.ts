// A reload, whatever the two files say: the table is the one of a fresh start with the second file, and what both files
// say alike sees no operation. Files are text, read as the daemon reads them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VirtualConfig } from '../../src/model/config/service.ts';
import { formatServiceId, type Operation, type ServiceName, type Table } from '../../src/model/ipvs.ts';
import type { VerdictOf } from '../../src/model/verdict.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { applyOperations } from '../../src/reconcile/apply.ts';
import { readTable } from '../../src/reconcile/canonical.ts';
import { propose } from '../../src/reconcile/propose.ts';
import { parseYamlText } from '../make/environment.ts';
import { createModelKernel, type ModelKernel } from '../make/model-kernel.ts';

const real = fc
  .record({
    host: fc.integer({ min: 1, max: 6 }),
    forward: fc.constantFrom('masq', 'gate', 'ipip'),
    weight: fc.integer({ min: 0, max: 4 }),
    tunnel: fc.option(fc.constantFrom('{type: gue, port: 6080}', '{type: gre, checksum: yes}')),
    upper: fc.constantFrom(0, 100),
  })
  .map(({ host, forward, weight, tunnel, upper }) => ({
    host,
    text:
      `{address: "10.0.1.${host}:80", forward: ${forward}, weight: ${weight}` +
      `${upper > 0 ? `, upper_threshold: ${upper}` : ''}` +
      `${forward === 'ipip' && tunnel !== null ? `, tunnel: ${tunnel}` : ''}}`,
  }));

const virtual = fc
  .record({
    name: fc.constantFrom(
      'address: 10.0.0.1:80',
      'address: 10.0.0.2:80',
      'address: 10.0.0.3:80, protocol: udp',
      'address: 10.0.0.3:80, protocol: sctp',
      'fwmark: 7',
    ),
    scheduler: fc.constantFrom('wlc', 'rr', 'sh', 'mh', 'wrr'),
    persistent: fc.constantFrom('', ', persistent: 300', ', persistent: 60, netmask: 255.255.255.0'),
    fallback: fc.constantFrom(
      '',
      ', fallback: "127.0.0.1:80 masq"',
      ', fallback: ["10.0.1.1:80 masq", "127.0.0.1:80 masq"]',
    ),
    quorum: fc.constantFrom('', ', quorum: 3'),
    reals: fc.uniqueArray(real, { minLength: 1, maxLength: 5, selector: ({ host }) => host }),
  })
  .map(({ name, scheduler, persistent, fallback, quorum, reals }) => ({
    name,
    text:
      `{${name}, scheduler: ${scheduler}${persistent}${fallback}${quorum}, checktype: connect, ` +
      `real: [${reals.map(({ text }) => text).join(', ')}]}`,
  }));

const file = fc
  .uniqueArray(virtual, { maxLength: 5, selector: ({ name }) => name })
  .map((virtuals) => `virtual: [\n${virtuals.map(({ text }) => `  ${text}`).join(',\n')}\n]\n`);

function virtualsOf(text: string): readonly VirtualConfig[] {
  const { config, problems } = parseYamlText(text);
  if (config === undefined) throw new Error(`${JSON.stringify(problems)} of\n${text}`);
  return config.virtuals;
}

/** What the daemon does on a start or a reload; `owned` is what it has put there before. */
async function bring(
  kernel: ModelKernel,
  virtuals: readonly VirtualConfig[],
  owned: readonly ServiceName[],
  verdictOf: VerdictOf,
) {
  const names = new Set([...owned, ...virtuals.map(({ id }) => formatServiceId(id))]);
  const goal = { virtuals, verdictOf, policy: { owned: names, foreign: 'keep' } } as const;
  const { operations } = propose(kernel.table(), goal);
  const outcomes = await applyOperations(kernel, operations);
  expect(outcomes.filter(({ result }) => result !== 'applied')).toEqual([]);
  return { operations, names: [...names] };
}

/** Every entry as text, by its name: a service with what is said of itself, a server with its service's. */
function entries(table: Table): ReadonlyMap<string, string> {
  return new Map<string, string>(
    table.flatMap(({ service, destinations }) => [
      [formatServiceId(service.id), JSON.stringify(service)] as const,
      ...destinations.map(
        (each) => [`${formatServiceId(service.id)} ${formatEndpoint(each)}`, JSON.stringify(each)] as const,
      ),
    ]),
  );
}

const nameOf = (operation: Operation): string =>
  'destination' in operation
    ? `${formatServiceId(operation.service)} ${formatEndpoint(operation.destination)}`
    : formatServiceId(operation.service.id);

describe('a reload', () => {
  const verdicts = fc.array(fc.constantFrom('up', 'down'), { minLength: 6, maxLength: 6 });

  it('leads to the table of a fresh start, and tells the kernel nothing of what stays', async () => {
    await fc.assert(
      fc.asyncProperty(file, file, verdicts, async (first, second, saysOfHosts) => {
        const verdictOf: VerdictOf = (_service, name) =>
          saysOfHosts[Number(/\.(\d):/.exec(name)?.[1]) - 1] === 'down' ? 'down' : 'up';
        const kernel = createModelKernel();
        const { names } = await bring(kernel, virtualsOf(first), [], verdictOf);
        const before = entries(readTable(kernel.table()));
        const { operations } = await bring(kernel, virtualsOf(second), names, verdictOf);

        const fresh = createModelKernel();
        await bring(fresh, virtualsOf(second), [], verdictOf);
        expect(readTable(kernel.table())).toEqual(readTable(fresh.table()));

        const after = entries(readTable(fresh.table()));
        for (const operation of operations)
          expect(before.get(nameOf(operation)), nameOf(operation)).not.toEqual(after.get(nameOf(operation)));
        expect((await bring(kernel, virtualsOf(second), names, verdictOf)).operations).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
