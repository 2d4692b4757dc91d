// The keys of DNS checks, which ldirectord does not have.
import type { z } from 'zod';
import type { DnsCheckConfig } from '../../model/config/check.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { choice, scalar } from '../values/scalars.ts';

export const dnsTypes = [
  ...['A', 'AAAA', 'CNAME', 'DNSKEY', 'MX', 'NS', 'PTR', 'RRSIG', 'SOA', 'SRV', 'TXT'],
] as const;

/** RFC 1035 §4.1.1 and RFC 2136 §2.2. */
const rcodes = [
  ...['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET'],
  ...['NOTAUTH', 'NOTZONE'],
] as const;

export const dnsShape = {
  dns_type: optional(
    choice(dnsTypes),
    'The type that a DNS check asks for. Default: A; PTR for an address; SOA without a request.',
  ),
  dns_rcode: optional(
    scalar(
      `rcodes with commas between: ${rcodes.join(', ')}`,
      (value) => {
        const words = value.split(/[\s,]+/).map((word) => word.toUpperCase());
        return words.every((word) => (rcodes as readonly string[]).includes(word)) ? words : undefined;
      },
      { type: 'string' },
    ),
    'The rcodes of a DNS answer that are right, with commas between.',
    'NOERROR',
  ),
} as const;

/** Absent where nothing of it is said. */
export function resolveDns({
  dns_type: type,
  dns_rcode: rcodes,
}: z.output<z.ZodObject<typeof dnsShape>>): DnsCheckConfig | undefined {
  return type === undefined && rcodes === undefined ? undefined : present({ type, rcodes });
}
