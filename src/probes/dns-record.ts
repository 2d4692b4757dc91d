// The data of a DNS record as text, as zone files have it: what `receive` is matched with.
import type { Answer } from 'dns-packet';
import { decodeText } from '../net/raw-bytes.ts';

/** The library has put U+FFFD where a name is no UTF-8: which one it was cannot be told. The text of TXT is kept as it came. */
export const isWhole = (record: Answer): boolean =>
  record.type === 'TXT' || !recordText(record).includes('\u{fffd}');

export function recordText(record: Answer): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return record.data;
    case 'MX':
      return `${record.data.preference ?? 0} ${record.data.exchange}`;
    case 'SRV':
      return [record.data.priority ?? 0, record.data.weight ?? 0, record.data.port, record.data.target].join(
        ' ',
      );
    case 'TXT':
      return decodeText(Buffer.concat([record.data].flat().map((each) => Buffer.from(each))));
    case 'SOA':
      return `${record.data.mname} ${record.data.rname} ${record.data.serial ?? 0}`;
    default:
      return 'data' in record ? JSON.stringify(record.data) : '';
  }
}
