// Settings of the kernel's network stack, by their path below /proc/sys: "net/ipv4/conf/eth0/arp_ignore".

export type Sysctl = {
  /** Undefined: there is no such setting. */
  readonly read: (key: string) => string | undefined;
  /** @returns the kernel's code ("EROFS") where it could not be set. */
  readonly write: (key: string, value: string) => string | undefined;
};
