// A reload that would take everything away, or whose file is cut: refused unless asked for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endOf, judgeLoss } from '../../src/config/judge-loss.ts';
import { parseConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/model/config/config.ts';
import { environment, parseYamlText } from '../make/environment.ts';

const router = 'vrrp: [{name: V, interface: eth0, virtual_router_id: 5, virtual_ipaddress: [10.0.0.9]}]\n';
const service = 'virtual: [{address: "10.0.0.9:80", real: [10.0.0.2:80 gate]}]\n';
const bare = 'virtual: [{address: "10.0.0.9:80"}]\n';
const other = 'virtual: [{address: "10.0.0.8:80", real: [10.0.0.3:80 gate]}]\n';
const named = 'virtual: [{address: "10.0.0.9:80", real_file: /fleet}]\n';

function held(text: string) {
  const { config } = parseYamlText(text);
  if (config === undefined) throw new Error(`a bad config: ${text}`);
  return { config, end: endOf(text) };
}
const lost = (before: string, after: string) => judgeLoss(held(before), held(after)).join('\n');

describe('what a reload would take away', () => {
  it.each([
    ['everything', router + service, '# nothing\n', /a service[\s\S]*a real server[\s\S]*a virtual router/],
    ['all of an empty file', router + service, '', /a service/],
    ['every service', router + service, router, /expected a service, got none, where 1 runs/],
    ['every virtual router', router + service, service, /expected a virtual router, got none/],
    ['every server', service, bare, /expected a real server, got none/],
    ['the line end', service, service.trim(), /expected a line end/],
    ['the end mark', `${service}...\n`, service, /expected an end mark/],
    ['the end mark of a comment', `${service}# END\n`, service, /expected an end mark/],
  ])('%s is refused', (_, before, after, said) => {
    expect(lost(before, after)).toMatch(said);
  });

  it.each([
    ['the same', router + service, router + service],
    ['one service for another', service, other],
    ['what was not there before', '', router + service],
    ['nothing where there was nothing', '', '# still nothing\n'],
    ['servers in a file for those in the config', service, named],
    [
      'a router less, of two',
      router.replace(
        /}]\n/,
        `}, {name: W, interface: eth0, virtual_router_id: 6, virtual_ipaddress: [10.0.0.8]}]\n`,
      ),
      router,
    ],
    ['a line end that was missing', service.trim(), service],
    ['no line end where there was none', service.trim(), other.trim()],
    ['an end mark that is new', service, `${service}...\n`],
    ['an end mark without a line end', `${service}...\n`, `${service}...`],
  ])('%s is taken', (_, before, after) => {
    expect(lost(before, after)).toBe('');
  });
});

describe.each(['lvs-director.yaml', 'ldirectord.cf'])('each beginning of etc/%s', (name) => {
  const text = readFileSync(join(import.meta.dirname, '../../etc', name), 'utf8');
  const read = (some: string) => parseConfig(some, name, { ...environment, director: 'lvs1' });
  const before = (whole: string) => ({ config: read(whole).config as Config, end: endOf(whole) });
  /** Where it is cut: at every line end, beside it, and all over. */
  const cuts = Array.from({ length: text.length }, (_, at) => at).filter(
    (at) => at % 97 === 0 || text[at] === '\n' || text[at - 1] === '\n',
  );
  const taken = (whole: string, running = before(whole)) =>
    cuts.filter((at) => {
      const { config } = read(whole.slice(0, at));
      return (
        config !== undefined && judgeLoss(running, { config, end: endOf(whole.slice(0, at)) }).length === 0
      );
    });

  it('is an error or is refused, but where a line ends and something of every kind is left', () => {
    for (const at of taken(text)) expect(text[at - 1]).toBe('\n');
  });

  it('is an error or is refused everywhere, where the running file has an end mark', () => {
    expect(taken(`${text}# end\n`)).toEqual([]);
  });
});
