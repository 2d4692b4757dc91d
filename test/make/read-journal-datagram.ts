// What journald makes of a datagram, by its own rules.

/** As journald does it (JOURNAL_NATIVE_PROTOCOL of systemd): throws for what it would refuse. */
export function readJournalDatagram(bytes: Uint8Array): ReadonlyMap<string, string> {
  let rest = Buffer.from(bytes);
  const fields = new Map<string, string>();
  while (rest.length > 0) {
    const end = rest.indexOf('\n');
    const line = rest.subarray(0, end).toString();
    rest = rest.subarray(end + 1);
    const [, key = '', value] = /^([A-Z][A-Z0-9_]{0,63})(?:=(.*))?$/s.exec(line) ?? [];
    if (key === '' || end < 0) throw new Error(`no field: ${line}`);
    if (value !== undefined) fields.set(key, value);
    else {
      const length = Number(rest.readBigUInt64LE());
      fields.set(key, rest.subarray(8, 8 + length).toString());
      if (rest[8 + length] !== 0x0a) throw new Error(`no end: ${key}`);
      rest = rest.subarray(9 + length);
    }
  }
  return fields;
}
