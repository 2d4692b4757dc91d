// Why an advert could not be sent, in the kernel's words and with what usually stands behind it. Source: send(2), ip(7).

const causes: Readonly<Record<string, string>> = {
  EPERM: 'operation not permitted (a firewall of this host drops protocol 112 on its way out)',
  EACCES: 'permission denied (a security module, or a prohibiting route)',
  ENOBUFS: 'no buffer space available (the queue of the interface is full)',
  ENOMEM: 'out of memory',
  EAGAIN: 'resource temporarily unavailable (the send buffer is full)',
  EMSGSIZE: 'message too long (more addresses than the MTU of the interface takes)',
  ENETDOWN: 'network is down',
  ENETUNREACH: 'network is unreachable (no route to the group or peer)',
  EHOSTUNREACH: 'no route to host',
  ENODEV: 'no such device',
  ENXIO: 'no such device or address',
  EINVAL: 'invalid argument (the source address is not on this host)',
  EADDRNOTAVAIL: 'cannot assign requested address (the source address is not on this host)',
};

/** @returns "CODE: words", or the error's own words. */
export function describeSendError(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  const words = causes[code];
  return words === undefined ? code : `${code}: ${words}`;
}
