// What the doctor may find, and docs/doctor.md: the same names.
import { describe, expect, it } from 'vitest';
import { examinations } from '../../src/doctor/examinations.ts';
import { examine } from '../../src/doctor/examine.ts';
import { probings } from '../../src/doctor/probes/probings.ts';
import { ip } from '../../src/net/ip.ts';
import { aReal } from '../make/a-virtual.ts';
import { doctorFacts, masqService, vip } from '../make/doctor-facts.ts';
import { read } from '../tidy/sources.ts';

const names = [...examinations, ...probings].flatMap((each) => each.names);
const documented = [...read('docs/doctor.md').matchAll(/^## ([a-z0-9-]+)\n(Fault|Warning)\. /gm)].map(
  ([, name]) => name,
);

describe('findings', () => {
  it('have a name each, and a section of docs/doctor.md that begins with the level', () => {
    expect(new Set(names).size).toBe(names.length);
    expect([...documented].sort()).toEqual([...names].sort());
  });

  it('are told once, with all services that they break', () => {
    const facts = doctorFacts();
    const real = aReal({ address: ip('10.7.0.2'), port: 80, forward: 'gate' });
    const virtuals = [80, 443].map((port) =>
      masqService({
        id: { kind: 'address', protocol: 'tcp', address: vip, port },
        reals: [{ ...real, port }],
      }),
    );
    const far = { device: 'eth0', via: ip('10.7.0.254') };
    const { findings } = examine({
      ...facts,
      config: { ...facts.config, virtuals },
      routes: { ...facts.routes, '10.7.0.2': far },
    });
    expect(findings.map(({ name, services }) => [name, services])).toEqual([
      ['gate-not-on-link', ['tcp 10.7.0.240:80', 'tcp 10.7.0.240:443']],
    ]);
  });
});
