// What `ss -H -lntu` says: the sockets of this network namespace that take packets from others (ss(8)).
import { parseIp } from '../../net/ip.ts';
import type { ListeningFact } from '../facts.ts';

/** "tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:*", "udp UNCONN 0 0 [::1]%lo:53 [::]:*" */
export const parseListening = (text: string): readonly ListeningFact[] =>
  text.split('\n').flatMap((line) => {
    const [protocol, , , , local = ''] = line.trim().split(/\s+/);
    if (protocol !== 'tcp' && protocol !== 'udp') return [];
    const [, place = '', port = ''] = /^(.*):(\d{1,5})$/.exec(local) ?? [];
    const bare = place.replace(/%[^\]]*/, '').replace(/^\[(.*)\]$/, '$1');
    const address = ['*', '0.0.0.0', '::'].includes(bare) ? 'any' : parseIp(bare);
    return address === undefined ? [] : [{ protocol, address, port: Number(port) }];
  });
