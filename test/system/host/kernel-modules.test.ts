import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKernelModules } from '../../../src/system/host/kernel-modules.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'modules-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}
const folder = `lib/modules/${release()}`;

describe('the modules of a kernel', () => {
  it('are those loaded, built in and there to be loaded, however they are packed', () => {
    write(`${folder}/modules.dep`, 'kernel/ipvs/ip_vs_mh.ko.xz: kernel/ipvs/ip_vs.ko.xz\nkernel/a/x-y.ko:\n');
    write(`${folder}/modules.builtin`, 'kernel/ipvs/ip_vs_rr.ko\n');
    write('proc/modules', 'ip_vs 200704 2 ip_vs_wrr, Live 0x0\n');
    expect([...(readKernelModules(root) ?? [])].sort()).toEqual(['ip_vs', 'ip_vs_mh', 'ip_vs_rr', 'x_y']);
    write('proc/sys/kernel/modules_disabled', '1\n');
    expect([...(readKernelModules(root) ?? [])].sort()).toEqual(['ip_vs', 'ip_vs_rr']);
  });

  it('cannot be told where the folder of modules is not there', () => {
    write('proc/modules', 'ip_vs 200704 2 - Live 0x0\n');
    expect(readKernelModules(root)).toBeUndefined();
  });
});
