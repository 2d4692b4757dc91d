import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import { encodeDropTable, encodeNoTable } from '../../../src/wire/nftables/nftables.ts';

const types = (messages: readonly { readonly type: number }[]) => messages.map(({ type }) => type);
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
const [begin, end, newTable, delTable, newChain, newRule] = [16, 17, 0xa00, 0xa02, 0xa03, 0xa06];

describe('a table that drops', () => {
  const batch = encodeDropTable('inet', 't', [ip('10.9.0.100'), ip('fd00::1'), ip('10.9.0.101')]);

  it('takes the place of an earlier one in one batch, with a rule for each address of its family', () => {
    expect(types(batch)).toEqual([begin, newTable, delTable, newTable, newChain, newRule, newRule, end]);
  });

  it('names the subsystem in network order at both ends', () => {
    expect([hex(batch[0]?.payload), hex(batch.at(-1)?.payload)]).toEqual(['0000000a', '0000000a']);
  });

  it('hooks into the input behind IPVS', () => {
    // Hook 1, priority 110.
    expect(hex(batch[4]?.payload)).toContain('08000100' + '00000001' + '08000200' + '0000006e');
  });

  it('loads the destination, compares it, and drops', () => {
    const rule = hex(batch[5]?.payload);
    expect(rule).toContain('08000200' + '00000001' + '08000300' + '00000010' + '08000400' + '00000004');
    expect(rule).toContain('08000100' + '0a090064');
    expect(rule.endsWith('08000100' + '00000000')).toBe(true);
  });

  it('lets neighbour solicitations and advertisements pass first (RFC 9568 §6.4.3)', () => {
    const inet6 = encodeDropTable('inet6', 't', [ip('fd00::1')]);
    const rules = inet6.filter(({ type }) => type === newRule).map(({ payload }) => hex(payload));
    expect(rules.length).toBe(3);
    expect(rules.map((rule) => rule.slice(-8))).toEqual(['00000001', '00000001', '00000000']);
    expect(rules[0]).toContain('05000100' + '87');
    expect(rules[1]).toContain('05000100' + '88');
  });

  it('is made before it is deleted, so that one that is not there is no error', () => {
    expect(types(encodeNoTable('inet6', 't'))).toEqual([begin, newTable, delTable, end]);
  });
});
