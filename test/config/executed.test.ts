// `execute`: another file's services, by that file's own settings, and what of it one daemon cannot have.
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/config/format-problem.ts';
import { judgeLoss } from '../../src/config/judge-loss.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Config, ConfigResult } from '../../src/model/config/config.ts';
import { environment } from '../make/environment.ts';

/** With their files. */
const problemLines = ({ problems }: ConfigResult) => problems.map(formatProblem);
const errorLines = (result: ConfigResult) =>
  problemLines(result).filter((line) => !line.includes(': warning: '));

type Files = Readonly<Record<string, string>>;

const parse = (files: Files, main = 'main.cf') =>
  parseConfig(files[main] ?? '', main, {
    ...environment,
    readExecuted: (name) => {
      const text = files[name];
      return text === undefined ? { rule: 'a file in /etc/ha.d', got: name } : { file: name, text };
    },
  });

function configOf(files: Files, main?: string): Config {
  const result = parse(files, main);
  expect(errorLines(result)).toEqual([]);
  return result.config ?? expect.fail('no config');
}

const service = (port: number, more = '') =>
  `virtual=10.0.0.1:${port}\n\treal=10.0.0.2:80 gate\n\tchecktype=connect\n${more}`;

describe('the services of a file that is executed', () => {
  it('are served, each by the settings of its own file and none of another', () => {
    const { virtuals } = configOf({
      'main.cf': `checkinterval=7\nquiescent=yes\nfallback=127.0.0.1:8080\nexecute=a.cf\n${service(80)}`,
      'a.cf': `checktimeout=9\nexecute="b.cf"\n${service(81)}`,
      'b.cf': `fallback=127.0.0.1:9090\n${service(82)}`,
    });
    const seen = virtuals.map(({ at, checkintervalMs, checktimeoutMs, quiescent, fallbacks }) => [
      ...[at.file, checkintervalMs, checktimeoutMs, quiescent],
      fallbacks.map(({ port }) => port),
    ]);
    expect(seen).toEqual([
      ['main.cf', 7000, 5000, true, [8080]],
      ['a.cf', 10_000, 9000, false, []],
      ['b.cf', 10_000, 5000, false, [9090]],
    ]);
  });

  it('are mailed of as their own file says, and not as another does', () => {
    const { mail, virtuals } = configOf({
      'main.cf': `emailalert=main@a.example\nemailalertfrom=lvs@a.example\nsmtp=10.0.0.9\nexecute=a.cf\nexecute=b.cf\n${service(80)}`,
      'a.cf': `emailalert=a@a.example\nemailalertfrom=b@a.example\nemailalertfreq=60\n${service(81)}${service(83, '\temailalert=own@a.example\n')}`,
      'b.cf': service(82),
    });
    expect(mail?.to).toEqual([{ address: 'main@a.example' }]);
    const of = (port: number) => virtuals.find(({ id }) => id.kind === 'address' && id.port === port)?.mail;
    expect(of(80)).toBeUndefined();
    expect(of(81)).toMatchObject({
      ...{ to: [{ address: 'a@a.example' }], from: { address: 'b@a.example' }, repeatMs: 60_000 },
    });
    expect(of(83)).toMatchObject({ to: [{ address: 'own@a.example' }], repeatMs: 60_000 });
    expect(of(82)).toEqual({ to: [] });
  });

  it('are held out by the maintenancedir of their own file alone', () => {
    const { maintenancedir, virtuals } = configOf({
      'main.cf': `maintenancedir=/m\nexecute=a.cf\nexecute=b.cf\n${service(80)}`,
      'a.cf': `maintenancedir=/a\n${service(81)}`,
      'b.cf': service(82),
    });
    expect(maintenancedir).toBe('/m');
    expect(virtuals.map((each) => each.maintenancedir)).toEqual([undefined, '/a', false]);
  });

  it('are those of a YAML file as well, read entry by entry or as a whole', () => {
    const yaml = (more = '') =>
      `execute: [a.cf]\nvirtual:\n  - address: 10.0.0.1:80\n    checktype: connect\n    real: [10.0.0.2:80 gate]\n${more}`;
    for (const main of [yaml(), `${yaml('log: &a {level: info}\n')}`]) {
      const { virtuals } = configOf({ 'main.yaml': main, 'a.cf': service(81) }, 'main.yaml');
      expect(virtuals.map(({ at }) => at.file)).toEqual(['main.yaml', 'a.cf']);
    }
  });

  it('are read once, however many files name theirs', () => {
    const { virtuals, executed } = configOf({
      'main.cf': 'execute=a.cf\nexecute=b.cf\nexecute=a.cf\n',
      'a.cf': `execute=c.cf\n${service(81)}`,
      'b.cf': `execute=c.cf\n${service(82)}`,
      'c.cf': service(83),
    });
    expect(virtuals.map(({ at }) => at.file)).toEqual(['a.cf', 'c.cf', 'b.cf']);
    expect(executed?.map(({ file }) => file)).toEqual(['a.cf', 'c.cf', 'b.cf']);
  });

  it('are another configuration as soon as one of the files says something else', () => {
    const of = (text: string) => configOf({ 'main.cf': 'execute=a.cf\n', 'a.cf': text }).executed?.[0];
    expect(of(service(81))?.fingerprint).not.toBe(of(service(82))?.fingerprint);
  });

  it('may not lose its end mark at a reload', () => {
    const of = (text: string) => ({
      config: configOf({ 'main.cf': 'execute=a.cf\n', 'a.cf': text }),
      end: undefined,
    });
    const [whole, cut] = [of(`${service(81)}${service(82)}# end\n`), of(service(81))];
    expect(judgeLoss(whole, whole)).toEqual([]);
    expect(judgeLoss(whole, cut)).toEqual([
      'Cannot reload: expected an end mark in the last line of a.cf, as the running config has it, got a file without',
    ]);
  });
});

describe('a chain of files', () => {
  const chain = (length: number) =>
    parse(
      Object.fromEntries(
        Array.from({ length: length + 1 }, (_, nth) => [
          nth === 0 ? 'main.cf' : `${nth}.cf`,
          `${nth === length ? '' : `execute=${nth + 1}.cf\n`}${service(1000 + nth)}`,
        ]),
      ),
    );
  it('of a hundred is served to its last', () => {
    expect(errorLines(chain(100))).toEqual([]);
    expect(chain(100).config?.virtuals).toHaveLength(101);
  });
  it('is told where it goes on', () => {
    expect(errorLines(chain(1000))).toEqual([
      '100.cf:1:9: Cannot serve what execute names: expected at most 100 files, got 101.cf',
    ]);
  });
});

describe('what cannot be of a file that is executed is told with its file and line', () => {
  it.each<[string, Files, string]>([
    [
      'a file that is not there',
      { 'main.cf': 'execute=no.cf\n' },
      'main.cf:1:9: Cannot serve what execute names: expected a file in /etc/ha.d, got no.cf',
    ],
    [
      'itself',
      { 'main.cf': 'execute=main.cf\n' },
      'main.cf:1:9: Cannot serve what execute names: expected a file that does not execute this one again, got main.cf',
    ],
    [
      'a loop of several',
      { 'main.cf': 'execute=a.cf\n', 'a.cf': '\nexecute=b.cf\n', 'b.cf': 'execute=a.cf\n' },
      'b.cf:1:9: Cannot serve what execute names: expected a file that does not execute this one again, got a.cf',
    ],
    [
      'a service that another file has',
      { 'main.cf': `execute=a.cf\n${service(80)}`, 'a.cf': `\n${service(80)}` },
      'a.cf:2:1: Cannot add virtual service: expected each service once (first in main.cf:2), got tcp 10.0.0.1:80',
    ],
    [
      'a mistake in it',
      { 'main.cf': 'execute=a.cf\n', 'a.cf': `checkinterval=x\n${service(80)}` },
      'a.cf:1:',
    ],
    [
      'a virtual router',
      {
        'main.cf': 'execute=a.cf\n',
        'a.cf': 'vrrp=VI\n\tinterface=eth0\n\tvirtual_router_id=5\n\tvirtual_ipaddress=10.0.0.9/24\n',
      },
      'a.cf:1:1: Cannot use vrrp: expected it in main.cf, which executes this file, got vrrp',
    ],
  ])('%s', (_, files, line) => {
    expect(errorLines(parse(files)).join('\n')).toContain(line);
  });

  it('with a warning where the daemon as a whole goes by the file that runs, and says otherwise', () => {
    const files = {
      'main.cf': `logfile="/m"\nexecute=a.cf\n${service(80)}`,
      'a.cf': `logfile="/a"\nautoreload=yes\ncallback="/c"\nscript_user=nobody\n${service(81)}`,
    };
    const told = problemLines(parse(files)).filter((line) => line.includes('honour'));
    expect(told).toEqual([
      'a.cf:1:9: warning: Cannot honour logfile: expected it in main.cf, as one daemon serves both files, got /a',
      'a.cf:2:12: warning: Cannot honour autoreload: expected it in main.cf, as one daemon serves both files, got yes',
      'a.cf:3:10: warning: Cannot honour callback: expected it in main.cf, as one daemon serves both files, got /c',
      'a.cf:4:13: warning: Cannot honour script_user: expected it in main.cf, as one daemon serves both files, got nobody',
    ]);
    const same = { ...files, 'a.cf': `logfile="/m"\n${service(81)}` };
    expect(problemLines(parse(same)).filter((line) => line.includes('honour'))).toEqual([]);
  });
});
