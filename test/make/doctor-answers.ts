// What a healthy network answers the doctor on the active director of doctor-facts.ts: a masq server and a gate server, a
// backup that is silent. A test says only what is wrong.
import type { Answers, Holder, Outcome, Probed } from '../../src/doctor/probes/answers.ts';
import { shotsAt, sizeShots } from '../../src/doctor/probes/questions.ts';
import { ip } from '../../src/net/ip.ts';
import type { Mac } from '../../src/net/mac.ts';
import { aReal } from './a-virtual.ts';
import { doctorFacts, masqService, vip } from './doctor-facts.ts';

export const macOf = (number: number): Mac => `02:00:00:00:00:${String(number).padStart(2, '0')}` as Mac;

export const gateServer = ip('10.7.0.2');
export const masqServer = ip('10.8.0.2');

export function healthyProbed(): Probed {
  const healthy = doctorFacts();
  const gate = masqService({
    id: { kind: 'address', protocol: 'tcp', address: vip, port: 81 },
    reals: [aReal({ address: gateServer, port: 81 })],
  });
  const facts = {
    ...healthy,
    config: { ...healthy.config, virtuals: [...healthy.config.virtuals, gate] },
    addresses: [...healthy.addresses, { device: 'eth0', address: vip, length: 32 }],
    routes: { ...healthy.routes, [gateServer]: { device: 'eth0', source: ip('10.7.0.1') } },
  };
  const macs = { eth0: macOf(1), eth1: macOf(2) };
  const holders: readonly Holder[] = [
    { device: 'eth0', address: gateServer, mac: macOf(3) },
    { device: 'eth1', address: masqServer, mac: macOf(4) },
  ];
  const shots = shotsAt(facts, { macs, holders });
  const outcomes = [...shots, ...sizeShots(shots, facts)].map(
    (shot): Outcome => ({ shot, fate: 'answered', from: shot.mac, device: shot.device }),
  );
  const asked = holders.map(({ device, address }) => ({ device, address }));
  const answers: Answers = {
    ...{ macs, asked, holders, outcomes, adverts: [], unheeded: [], unasked: [], sent: '' },
  };
  return { ...facts, answers };
}
