// The order of test files: those that take longest first, so that none of them is left for the end while other workers
// have nothing to do. What takes how long is known from a run (test/seconds.json, which scripts/test-seconds.mjs writes).
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const seconds: Readonly<Record<string, number>> = JSON.parse(
  readFileSync(new URL('../seconds.json', import.meta.url), 'utf8'),
);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const known = ({ moduleId }: TestSpecification) => seconds[relative(this.ctx.config.root, moduleId)] ?? 0;
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => (a.project.name === b.project.name ? known(b) - known(a) : 0));
  }
}
