// An nftables table that drops what is addressed to some addresses of this host, as one batch of netlink messages. It
// comes after IPVS in the path of a packet, so that services still work.
import { type Family, familyOf, type Ip, ipBytes } from '../../net/ip.ts';
import { writeNested } from '../netlink/netlink-attributes.ts';
import {
  BASE_NETWORK,
  BASE_TRANSPORT,
  batch,
  DESTINATION,
  type Expression,
  META_L4PROTO,
  type NftMessage,
  newChain,
  newRule,
  newTable,
  numbers,
  removal,
  writeBig,
  writeValue,
} from './nftables-message.ts';

const CHAIN = 'input';
const NF_INET_LOCAL_IN = 1;
/** IPVS takes its packets at 98 and 99 (NF_IP_PRI_NAT_SRC - 2 and - 1) of the same hook. */
const PRIORITY_AFTER_IPVS = 110;
const NF_DROP = 0;
const NF_ACCEPT = 1;
const NFT_REG_VERDICT = 0;
const NFT_REG_1 = 1;
const ICMPV6 = 58;
/** RFC 9568 §6.4.3 (Accept_Mode): neighbour solicitations and advertisements must not be dropped. */
const NEIGHBOUR_TYPES = [135, 136];

/** Puts the table in place of an earlier one of that name, all at once. @param addresses of that family */
export function encodeDropTable(
  family: Family,
  table: string,
  addresses: readonly Ip[],
): readonly NftMessage[] {
  const name = { family, table };
  const exceptions = family === 'inet' ? [] : NEIGHBOUR_TYPES.map(neighbourRule);
  const ours = addresses.filter((address) => familyOf(address) === family);
  const drops = ours.map((address) => [
    payload(BASE_NETWORK, DESTINATION[family], ipBytes(address).length),
    equals(ipBytes(address)),
    verdict(NF_DROP),
  ]);
  return batch([
    ...removal(name),
    newTable(name),
    newChain(name, { name: CHAIN, hook: NF_INET_LOCAL_IN, priority: PRIORITY_AFTER_IPVS }),
    ...[...exceptions, ...drops].map((rule) => newRule(name, CHAIN, rule)),
  ]);
}

/** One that is not there is no error. */
export const encodeNoTable = (family: Family, table: string): readonly NftMessage[] =>
  batch(removal({ family, table }));

const neighbourRule = (type: number): Expression[] => [
  numbers('meta', NFT_REG_1, META_L4PROTO),
  equals(Uint8Array.of(ICMPV6)),
  payload(BASE_TRANSPORT, 0, 1),
  equals(Uint8Array.of(type)),
  verdict(NF_ACCEPT),
];

const payload = (base: number, offset: number, length: number): Expression =>
  numbers('payload', NFT_REG_1, base, offset, length);

const equals = (value: Uint8Array): Expression => ({
  name: 'cmp',
  data: (writer) => {
    writeBig(writer, 1, NFT_REG_1);
    writeBig(writer, 2, 0);
    writeValue(writer, 3, value);
  },
});

const verdict = (code: number): Expression => ({
  name: 'immediate',
  data: (writer) => {
    writeBig(writer, 1, NFT_REG_VERDICT);
    writeNested(writer, 2, () => writeNested(writer, 2, () => writeBig(writer, 1, code)));
  },
});
