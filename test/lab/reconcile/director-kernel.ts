// A host with the kernel's own IPVS table, and how tests of the reconciler read it.
import { createIpvsKernel } from '../../../src/kernel/ipvs.ts';
import type { Table } from '../../../src/model/ipvs.ts';
import type { IpvsKernel } from '../../../src/ports/kernel.ts';
import { readTable } from '../../../src/reconcile/canonical.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { openNetlinkSocket } from '../../../src/system/sockets/netlink-socket.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { inside } from '../vrrp/inside.ts';

export type DirectorKernel = { readonly lab: Lab; readonly director: Host; readonly kernel: IpvsKernel };

/** In a lab of its own. */
export async function openDirectorKernel(): Promise<DirectorKernel> {
  const lab = createLab();
  const director = await lab.host('director');
  const kernel = inside(director, () => createIpvsKernel(openNetlinkSocket('generic'), systemClock));
  lab.defer(() => kernel.close());
  return { lab, director, kernel };
}

export async function tableIn(kernel: IpvsKernel): Promise<Table> {
  const answer = await kernel.observe();
  if (!answer.ok) throw new Error(`Cannot read the table: ${answer.error.message}`);
  return readTable(answer.value);
}
