import { describe, expect, it } from 'vitest';
import { errorLines, parseCfText, parseYamlText, problemLines } from '../../make/environment.ts';
import { problemCases } from './cases.ts';

describe('a config that breaks a rule', () => {
  it.each(problemCases)('$grammar: $rule', ({ grammar, text, problem }) => {
    const result = (grammar === 'yaml' ? parseYamlText : parseCfText)(text, {
      readExecuted: (name) => ({ rule: 'a file in /etc/ha.d', got: name }),
    });
    expect(problemLines(result)).toContain(problem);
    const isWarning = problem.includes(': warning: ');
    expect(result.config === undefined).toBe(!isWarning);
    if (isWarning) expect(errorLines(result)).toEqual([]);
  });
});

describe('several problems', () => {
  it('are all told at once, in the order of their lines, whatever step finds them', () => {
    const text = `log: {level: loud}
vrrp:
  - {name: A, interface: eth0, virtual_router_id: 300, virtual_ipaddress: [10.0.0.9]}
  - {name: B, interface: eth0, virtual_router_id: 7, virtual_ipaddress: [10.0.0.8], advert_int: 41s}
virtual:
  - address: 10.0.0.1:80
    schedular: wlc
    receive: '\\Gok'
    real: [10.0.0.2 gote, 10.0.0.300:80 gate]
  - address: 10.0.0.1:80
    real: 10.0.0.3:80 gate
`;
    expect(problemLines(parseYamlText(text)).map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
      '1:14: Cannot read log level',
      '3:51: Cannot read vrrp 1 virtual_router_id',
      '4:97: Cannot use advert_int',
      '7:5: Cannot read virtual 1',
      '8:14: Cannot compile receive',
      '9:12: Cannot read virtual 1 real 1',
      '9:27: Cannot use server',
      '10:5: Cannot add virtual service',
    ]);
  });

  it('are told of an ldirectord.cf too, where stock stops at the first', () => {
    const text = 'quiescent=maybe\nvirtual=10.0.0.1:80\n\treal=10.0.0.2:80 GATE\n\tservice=ssh\n\tbogus=1\n';
    expect(errorLines(parseCfText(text))).toHaveLength(4);
  });
});
