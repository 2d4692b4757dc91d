// A host of a lab that is on one LAN alone, which most are.
import type { Host, Lab, Lan } from './namespaces.ts';

/** @param addresses of its eth0, with their lengths */
export async function hostOn(lab: Lab, lan: Lan, name: string, ...addresses: string[]): Promise<Host> {
  const host = await lab.host(name);
  await lab.attach(host, lan, { addresses });
  return host;
}

/** Of its eth0. */
export const interfaceIndex = async (host: Host): Promise<number> =>
  Number.parseInt(await host.run('ip', '-o', 'link', 'show', 'eth0'), 10);
