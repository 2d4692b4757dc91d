// fallbackcommand as the shell gets it: real shells, and what they have to say.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCommandQueue } from '../../../src/daemon/commands/command-queue.ts';
import { fallbackCommands } from '../../../src/daemon/commands/fallback-commands.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { ServiceId } from '../../../src/model/ipvs.ts';
import { ip } from '../../../src/net/ip.ts';
import { runScript } from '../../../src/system/programs/run-script.ts';
import { createScriptedPrograms } from '../../make/scripted-programs.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const vip: ServiceId = { kind: 'address', protocol: 'tcp', address: ip('192.168.6.240'), port: 80 };

/** @returns what was told of it. */
async function run(id: ServiceId, line: string): Promise<readonly JournalEvent[]> {
  const events: JournalEvent[] = [];
  const queue = createCommandQueue({ clock: createVirtualTime(), runScript });
  fallbackCommands({ journal: (event) => void events.push(event), queue })(id, 'start', line);
  await queue.drained(10_000);
  return events;
}

describe('a fallbackcommand', () => {
  it.each([
    ['the address and protocol of its service', vip, '192.168.6.240:80|tcp'],
    ['the mark of its service', { kind: 'fwmark', fwmark: 7, family: 'inet' } satisfies ServiceId, '7|fwm'],
  ])('gets what happened and %s behind its command line, unsplit', async (_, id, words) => {
    const folder = mkdtempSync(join(tmpdir(), 'shell-'));
    const line = `f() { printf '%s|' "$@" > ${folder}/out; }; f 'fixed word'`;
    expect(await run(id, line)).toMatchObject([{ command: line, exit: 'exit 0' }]);
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe(`fixed word|start|${words}|`);
    rmSync(folder, { recursive: true });
  });

  it('is told with its exit status or its signal', async () => {
    expect(await run(vip, 'exit 3;')).toEqual([
      {
        event: 'service.fallbackcommand',
        ...{ service: 'tcp 192.168.6.240:80', action: 'start', command: 'exit 3;', exit: 'exit 3' },
      },
    ]);
    expect(await run(vip, 'kill -TERM $$;')).toMatchObject([{ exit: 'signal SIGTERM' }]);
  });

  it('waits for the one before it of its service, and is said to be left out where too many wait', async () => {
    const time = createVirtualTime();
    const programs = createScriptedPrograms(time);
    const events: JournalEvent[] = [];
    const queue = createCommandQueue({ clock: time, runScript: programs.runScript });
    const command = fallbackCommands({ journal: (event) => void events.push(event), queue });
    for (let i = 0; i < 9; i += 1)
      for (const action of ['start', 'stop'] as const) command(vip, action, 'page');
    await time.advance(0);
    expect(programs.started).toHaveLength(1);
    expect(events).toMatchObject([{ action: 'stop', exit: 'left out' }]);
  });
});
