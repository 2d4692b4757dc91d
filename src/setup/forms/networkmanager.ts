// A set-up as connections of NetworkManager's. The addresses lie on a dummy device, since a connection of lo is made by
// NetworkManager itself. Source: nmcli(1), nm-settings-nmcli(5).
import type { Protocol } from '../../model/ipvs.ts';
import { familyOf } from '../../net/ip.ts';
import { hostLength } from '../../net/prefix.ts';
import type { Need } from '../need.ts';
import { call, type Step } from '../script.ts';
import { bootFiles, bootUnit, needsOf } from './boot-files.ts';

const device = 'lvs-vip';
const protocolNumbers: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };

/** What lies on lo elsewhere. */
export function onDummy(needs: readonly Need[]): readonly Need[] {
  const dummy: Need = {
    need: 'tunnel',
    device: { name: device, type: 'dummy', module: 'dummy', options: '' },
    why: 'carries the VIPs',
  };
  const moved = needs.map((need) =>
    need.need === 'address' && need.device === 'lo' ? { ...need, device } : need,
  );
  const first = moved.findIndex((need) => need.need === 'address' && need.device === device);
  return first === -1 ? needs : moved.toSpliced(first, 0, dummy);
}

export function networkManagerSteps(needs: readonly Need[], name: string): readonly Step[] {
  const others = needs.filter((need) => !(need.need === 'tunnel' && need.device.name === device));
  return [
    ...bootFiles(others, name),
    ...bootUnit(
      others.filter(({ need }) => need !== 'answers'),
      name,
    ),
    ...vips(needs),
    ...routes(needs),
  ];
}

function vips(needs: readonly Need[]): readonly Step[] {
  const addresses = needsOf(needs, 'address').filter(({ device: on }) => on === device);
  if (addresses.length === 0) return [];
  const of = (family: 'inet' | 'inet6') =>
    addresses
      .filter(({ address }) => familyOf(address) === family)
      .map(({ address }) => `${address}/${hostLength(address)}`)
      .join(',');
  const method = (key: string, list: string) =>
    list === '' ? [`${key}.method`, 'disabled'] : [`${key}.method`, 'manual', `${key}.addresses`, list];
  const words = [
    'type',
    'dummy',
    'ifname',
    device,
    ...method('ipv4', of('inet')),
    ...method('ipv6', of('inet6')),
  ];
  return [{ call: call('connection', device, ...words) }];
}

function routes(needs: readonly Need[]): readonly Step[] {
  const key = (via: string) => (via.includes(':') ? 'ipv6' : 'ipv4');
  const profile = (via: string, property: string, value: string, why: string): Step => ({
    before: `dev=$(way_to ${via})`,
    call: `profile "$dev" ${call(property, value, why)}`,
  });
  const answers = needsOf(needs, 'answers');
  return [
    ...needsOf(needs, 'gateway').map(({ via, why }) => profile(via, `${key(via)}.gateway`, via, why)),
    ...[...new Set(answers.map(({ via }) => via))].flatMap((via) => {
      const own = answers.filter((each) => each.via === via);
      const anywhere = via.includes(':') ? '::/0' : '0.0.0.0/0';
      // It takes protocols and tables by number alone; 254 is the main one.
      const rules = [
        `priority 3112 from ${anywhere} suppress_prefixlength 0 table 254`,
        ...own.map(
          ({ from, protocol, port }) =>
            `priority 3113 from ${from} ipproto ${protocolNumbers[protocol]}${port === 0 ? '' : ` sport ${port}`} table 3112`,
        ),
      ];
      const why = own[0]?.why ?? '';
      return [
        profile(via, `${key(via)}.routes`, `${anywhere} ${via} table=3112`, why),
        profile(via, `${key(via)}.routing-rules`, rules.join(', '), why),
      ];
    }),
  ];
}
