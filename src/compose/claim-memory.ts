// The memory of what the VRRP process changes on interfaces beside addresses, in state_dir, of this boot. It writes it
// itself: what was there must be safe before it is changed.
import { parseClaimRecord } from '../daemon/vrrp/holdings/claim-record.ts';
import { isRecord } from '../net/record.ts';
import type { ClaimMemory, ClaimRecord } from '../ports/claim-memory.ts';
import { openStateFile } from '../system/files/state-file.ts';
import { systemSysctl } from '../system/host/sysctl.ts';

export function claimMemoryIn(stateDir: string): ClaimMemory {
  const boot = systemSysctl.read('kernel/random/boot_id') ?? '';
  const file = openStateFile<ClaimRecord & { readonly boot: string }>(stateDir, 'interfaces.json', {
    parse: (value) => parseClaimRecord(value, boot),
    isOurs: isRecord,
  });
  // Where it cannot be written, this process puts things back, and nobody after it.
  return { read: file.read, write: (record) => void file.writeNow({ boot, ...record }) };
}
