import { describe, expect, it } from 'vitest';
import { ip } from '../../../src/net/ip.ts';
import type { Mark } from '../../../src/net/mark.ts';
import { encodeMarkTable, encodeNoMarkTable } from '../../../src/wire/nftables/nftables-marks.ts';
import { areMarkRules, decodeMarks, marksQuestions } from '../../../src/wire/nftables/nftables-marks-read.ts';

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
const typesOf = (messages: readonly { readonly type: number }[]) => messages.map(({ type }) => type & 0xff);
const [begin, end] = [16, 17];
const [newTable, delTable, newChain, newRule, newSet, newElements] = [0, 2, 3, 6, 9, 12];
const web: readonly Mark[] = [
  { protocol: 'tcp', address: ip('10.9.0.9'), port: 443, mark: 7 },
  { protocol: 'udp', address: ip('10.9.0.9'), port: 80, mark: 0xffff_ffff },
];
const elementsOf = (messages: readonly { readonly type: number; readonly payload: Uint8Array }[]) =>
  messages.filter(({ type }) => (type & 0xff) === newElements).map(({ payload }) => payload);
const of = (messages: readonly { readonly type: number; readonly payload: Uint8Array }[], type: number) =>
  messages.filter((each) => (each.type & 0xff) === type).map(({ payload }) => payload);

describe('a table of marks', () => {
  const batch = encodeMarkTable('inet', web);

  it('takes the place of an earlier one in one batch: a map, two chains, a rule in each', () => {
    const making = [newTable, newSet, newElements, newChain, newChain, newRule, newRule];
    expect(typesOf(batch)).toEqual([begin, newTable, delTable, ...making, end]);
  });

  it('hooks in before IPVS: what comes in (0) and what this host sends (3), both at -150', () => {
    const hooks = of(batch, newChain).map(hex);
    expect(hooks[0]).toContain('08000100' + '00000000' + '08000200' + 'ffffff6a');
    expect(hooks[1]).toContain('08000100' + '00000003' + '08000200' + 'ffffff6a');
  });

  it('maps protocol, address and port to the mark as this host writes it', () => {
    const mark = hex(new Uint8Array(Uint32Array.of(7).buffer));
    expect(hex(elementsOf(batch)[0])).toContain(
      ['06000000', '0a090009', '01bb0000', '0c000280', '08000100', mark].join(''),
    );
  });

  it('is read back as it was written, in however many messages', () => {
    expect(decodeMarks(elementsOf(batch))).toEqual(web);
    const many = Array.from({ length: 1201 }, (_, index): Mark => {
      return { protocol: 'sctp', address: ip('fd00::1'), port: index + 1, mark: index + 1 };
    });
    const messages = elementsOf(encodeMarkTable('inet6', many));
    expect(messages).toHaveLength(3);
    expect(decodeMarks(messages)).toEqual(many);
  });

  it('is ours while its chains and rules are', () => {
    const [rules, chains] = [of(batch, newRule), of(batch, newChain)];
    expect(areMarkRules('inet', rules, chains)).toBe(true);
    expect(areMarkRules('inet', rules.slice(1), chains)).toBe(false);
    expect(areMarkRules('inet', [...rules, ...rules.slice(1)], chains)).toBe(false);
    expect(areMarkRules('inet', rules, chains.slice(1))).toBe(false);
  });

  it('is made before it is deleted, so that one that is not there is no error', () => {
    expect(typesOf(encodeNoMarkTable('inet6'))).toEqual([begin, newTable, delTable, end]);
  });

  it('makes no sense of what is cut off', () => {
    const [payload = new Uint8Array()] = elementsOf(encodeMarkTable('inet', web.slice(0, 1)));
    for (let length = 0; length < payload.length; length++) {
      const marks = decodeMarks([payload.subarray(0, length)]);
      expect(marks === undefined || marks.length === 0).toBe(true);
    }
  });

  it('is asked for by its name', () => {
    for (const { payload } of Object.values(marksQuestions('inet'))) {
      expect(Buffer.from(payload).toString('latin1')).toContain('lvs-director-marks\0');
    }
  });
});
