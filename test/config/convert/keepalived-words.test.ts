// Words that keepalived reads otherwise than a person would, and what it makes of programs that it cannot find: as its own dump
// says (2.2.7), or taken with a note.
import { expect, it } from 'vitest';
import { convertedText } from '../../make/conversion.ts';

const router =
  'vrrp_instance A {\ninterface eth0\nvirtual_router_id 51\n\nvirtual_ipaddress {\n192.0.2.99\n}\n}\n';

function miscPathOf(text: string) {
  const real = `real_server 192.0.2.1 80 {\nMISC_CHECK {\nmisc_path ${text}\n}\n}`;
  return convertedText(`virtual_server 192.0.2.99 80 {\nprotocol TCP\n${real}\n}`).config.virtuals[0]
    ?.miscPath;
}

it.each([
  ['"</dev/tcp/127.0.0.1/80"', ['/bin/sh', '-c', '</dev/tcp/127.0.0.1/80']],
  ['"[ -f /x ] && exit 1"', ['/usr/bin/env', '[', '-f', '/x', ']', '&&', 'exit', '1']],
  ['"killall -0 sshd"', ['/usr/bin/env', 'killall', '-0', 'sshd']],
])('%s: only what is no name of a program goes to a shell, as in keepalived', (text, words) => {
  expect(miscPathOf(text)).toEqual(words);
});

it.each([
  [
    "router_id 'a # b'",
    'old:2: look: router_id: taken, though keepalived 2.2.7 loses a line with # ! { or } in single quotes',
  ],
  ['router_id "a # \'b\' {c}"', undefined],
])('%s: a sign in single quotes is told', (line, said) => {
  const { notes } = convertedText(`global_defs {\n${line}\n}\n${router}`);
  expect(notes.filter((note) => !note.includes('harmless'))).toEqual(said === undefined ? [] : [said]);
});

it('a member outside of group, a fraction of a script second: taken, and told', () => {
  const script = 'vrrp_script s {\nscript /bin/true\ninterval 0.5\n}\n';
  const { config, notes } = convertedText(`${router}vrrp_sync_group G {\nA\n}\n${script}`);
  expect(config.vrrp[0]?.syncGroup).toBe('G');
  expect(notes).toContain(
    'old:9: look: vrrp_sync_group G: taken, though keepalived knows no member outside of group',
  );
  expect(notes).toContain(
    'old:14: look: interval 0.5: taken, though keepalived 2.2.7 has whole seconds and makes 1 of it',
  );
});
