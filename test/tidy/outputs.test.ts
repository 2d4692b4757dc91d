// By which doors text leaves the program, and that each makes it showable (net/shown.ts).
import { describe, expect, it } from 'vitest';
import { filesUnder, isTypeScript, read, withoutComments } from './sources.ts';

const sources = filesUnder('src', isTypeScript);
const filesWith = (pattern: RegExp) => sources.filter((path) => pattern.test(withoutComments(read(path))));

/** Who holds a stream of the process's own, and by what it makes harmless what it writes there. */
const doors: Readonly<Record<string, RegExp>> = {
  'src/cli/process-io.ts': /stdout: [\s\S]*shownLines[\s\S]*stderr: .*shownLines/,
  'src/cli/plan.ts': /isTTY/, // asks only whether it is a terminal
  'src/cli/run.ts': /openLog\(how, process\.stdout/, // takes lines of daemon/log/log.ts
  'src/system/host/faults.ts': /Without the message/, // names of ours and places in our code
  'src/cli/vrrp-process.ts': /openOrphanLog\(process\.stderr/, // takes lines of daemon/log/orphan-sink.ts
};

describe('text leaves', () => {
  it('by the streams of the process in a few places, each of which makes it showable', () => {
    expect(filesWith(/process\.std(?:out|err)|console\.|writeSync\(\s*[12]\b/).sort()).toEqual(
      Object.keys(doors).sort(),
    );
    for (const [path, makes] of Object.entries(doors)) expect(read(path), path).toMatch(makes);
  });
  it('by the log as events made showable, whatever the sink', () => {
    expect(read('src/daemon/log/event-line.ts')).toContain('showableEvent(given)');
    // Who has a record has it of there.
    const describing = ['src/daemon/log/event-line.ts', 'src/daemon/notices/mailer.ts'];
    expect(filesWith(/describeEvent\(/)).toEqual(describing);
    expect(read('src/daemon/notices/mailer.ts')).toContain('hear(post, showableEvent(event))');
  });
  it('by the control socket as JSON or lines made showable', () => {
    const door = read('src/system/sockets/control-answer.ts');
    expect(door).toContain('showableJson(body)');
    expect(door).toContain('outgoing.write(shownLines(piece))');
    expect(filesWith(/\bServerResponse\b/)).toEqual([
      'src/system/sockets/control-answer.ts',
      'src/system/sockets/control-server.ts',
    ]);
    expect(read('src/system/sockets/control-server.ts')).not.toMatch(/outgoing\.(?:write|end)\(/);
  });
  it('of probes in one place, which knows the secrets of the check', () => {
    expect(filesWith(/\bpresent\(target/)).toEqual(['src/probes/present.ts', 'src/probes/probe-target.ts']);
    // Nobody calls a text shown that is not.
    expect(filesWith(/\bas (?:unknown as )?Shown\b/)).toEqual(['src/net/shown.ts']);
  });
});
