// What a package says of itself, whatever its format: one line, and some sentences, wrapped as dpkg and rpm show them.

export const summary = 'VRRP, health checks and IPVS for a pair of LVS directors';

/** @param runtime the Node that it brings with it, or undefined. @returns paragraphs, each of some lines */
export const descriptionOf = (runtime) => [
  `One daemon for a pair of Linux Virtual Server directors. VRRP elects the
active one and floats the virtual IP; health checks in the manner of
ldirectord decide which real servers serve; a reconciler keeps the IPVS table
of the kernel as it should be, and never flushes it.`,
  `It does what keepalived and ldirectord do together, works beside keepalived in
one VRRP group, and reads ldirectord.cf; "convert" makes a configuration of a
keepalived.conf. An installation starts nothing.`,
  runtime === undefined
    ? 'This package runs on the nodejs of the distribution.'
    : 'This package brings the Node.js that the daemon runs on with it.',
];
