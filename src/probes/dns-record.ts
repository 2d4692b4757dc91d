// The data of a DNS record as text, as zone files have it: what `receive` is matched with.
import type { Answer } from 'dns-packet';

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
      return [record.data].flat().join('');
    case 'SOA':
      return `${record.data.mname} ${record.data.rname} ${record.data.serial ?? 0}`;
    default:
      return 'data' in record ? JSON.stringify(record.data) : '';
  }
}
