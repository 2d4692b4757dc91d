import { describe, expect, it } from 'vitest';
import { createIpvsKernel } from '../../src/kernel/ipvs.ts';
import type { Operation, VirtualService } from '../../src/model/ipvs.ts';
import { encodeOperation } from '../../src/wire/ipvs/operations.ts';
import { decodeGeneric, encodeGeneric, GENL_ID_CTRL } from '../../src/wire/netlink/genetlink.ts';
import type { NetlinkMessage } from '../../src/wire/netlink/netlink.ts';
import { writeText, writeU16 } from '../../src/wire/netlink/netlink-attributes.ts';
import { aDestination, aService } from '../make/a-destination.ts';
import { ack, createFakePort, done, entry, type Reply } from '../make/fake-netlink.ts';
import { createVirtualTime } from '../make/virtual-time.ts';

const WEB = aService();
const MARK: VirtualService = { ...WEB, id: { kind: 'fwmark', family: 'inet', fwmark: 1 } };
const REAL = aDestination();
const addService: Operation = { type: 'addService', service: WEB };
const addReal: Operation = { type: 'addDestination', service: WEB.id, destination: REAL };
const NO_IPVS = { code: 'ENOSYS', message: 'the kernel has no IPVS (modprobe ip_vs)' };

/** A kernel whose IPVS has this number, or does not exist; and that answers each of its commands so. */
function open(
  family: () => number | undefined,
  command: (message: NetlinkMessage) => readonly NetlinkMessage[],
) {
  const answer = (message: NetlinkMessage): readonly NetlinkMessage[] => {
    const id = family();
    if (message.type === GENL_ID_CTRL)
      return id === undefined ? [ack(message, 2)] : familyAnswer(message, id);
    return message.type === id ? command(message) : [ack(message, 2)];
  };
  const port = createFakePort((messages): readonly Reply[] => messages.map(answer));
  return { port, kernel: createIpvsKernel(port, createVirtualTime()) };
}

const familyAnswer = (message: NetlinkMessage, id: number) => [
  entry(
    message,
    encodeGeneric(1, 2, (writer) => {
      writeText(writer, 2, 'IPVS');
      writeU16(writer, 1, id);
    }),
    0,
  ),
  ack(message),
];

const commandOf = (message: NetlinkMessage) => decodeGeneric(message.payload)?.command;

/** GET_SERVICE (4) gives both services, GET_DEST (8) one destination to the first that asks. */
function table() {
  let asked = 0;
  return (message: NetlinkMessage): readonly NetlinkMessage[] => {
    if (commandOf(message) === 4) {
      const payloads = [WEB, MARK].map((service) => encodeOperation({ type: 'addService', service }));
      return [...payloads.map((payload) => entry(message, payload)), done(message)];
    }
    asked += 1;
    return asked === 1 ? [entry(message, encodeOperation(addReal)), done(message)] : [done(message)];
  };
}

/** A service or a destination of a family that nobody knows: attribute `at` says which. */
function ofFamily(payload: Uint8Array, at: string): Uint8Array {
  const bytes = Buffer.from(payload);
  bytes[bytes.indexOf(at, 'hex') + 4] = 99;
  return bytes;
}

describe('the IPVS kernel', () => {
  it('reads what it can, and says of the rest that it is there', async () => {
    const strange = {
      service: ofFamily(encodeOperation({ type: 'addService', service: MARK }), '060001000200'),
      real: ofFamily(encodeOperation(addReal), '06000b000200'),
    };
    let gone = false;
    const { kernel } = open(
      () => 28,
      (message) =>
        gone
          ? [done(message)]
          : commandOf(message) === 4
            ? [entry(message, strange.service), entry(message, encodeOperation(addService)), done(message)]
            : [entry(message, encodeOperation(addReal)), entry(message, strange.real), done(message)],
    );
    for (let pass = 0; pass < 2; pass += 1) {
      const answer = await kernel.observe();
      expect(answer).toMatchObject({ ok: true, value: [{ service: WEB, destinations: [REAL] }] });
      expect(kernel.unreadable()).toEqual(['a service', 'a server of tcp 192.168.6.240:80']);
    }
    gone = true;
    await kernel.observe();
    expect(kernel.unreadable()).toEqual([]);
  });

  it('observes every service with its destinations', async () => {
    const { kernel, port } = open(() => 28, table());
    const counters = { activeConnections: 0, inactiveConnections: 0, persistentClients: 0, connections: 0 };
    expect(await kernel.observe()).toEqual({
      ok: true,
      value: [
        { service: WEB, destinations: [{ ...REAL, counters }] },
        { service: MARK, destinations: [] },
      ],
    });
    expect(port.sent.flat().map((message) => message.type)).toEqual([GENL_ID_CTRL, 28, 28, 28]);
  });

  it('gives the very services of the last look where no byte has changed, and others where one has', async () => {
    let weight = 1;
    const { kernel } = open(
      () => 28,
      (message) => {
        const isServices = commandOf(message) === 4;
        const isWeb = Buffer.from(message.payload).includes(Buffer.from([192, 168, 6, 240]));
        const real = encodeOperation({ ...addReal, destination: { ...REAL, weight: isWeb ? weight : 1 } });
        const services = [WEB, MARK].map((service) => encodeOperation({ type: 'addService', service }));
        return [...(isServices ? services : [real]).map((each) => entry(message, each)), done(message)];
      },
    );
    const look = async () => {
      const answer = await kernel.observe();
      return answer.ok ? answer.value : [];
    };
    const before = await look();
    expect((await look()).map((each, index) => each === before[index])).toEqual([true, true]);
    weight = 2;
    const after = await look();
    expect(after.map((each, index) => each === before[index])).toEqual([false, true]);
    expect(after[0]?.destinations[0]?.weight).toBe(2);
  });

  it('sees a service that is told otherwise, though its servers are told as before', async () => {
    let scheduler = 'wlc';
    const { kernel } = open(
      () => 28,
      (message) => {
        const service = encodeOperation({ type: 'addService', service: { ...WEB, scheduler } });
        return [entry(message, commandOf(message) === 4 ? service : encodeOperation(addReal)), done(message)];
      },
    );
    await kernel.observe();
    scheduler = 'rr';
    expect(await kernel.observe()).toMatchObject({ ok: true, value: [{ service: { scheduler: 'rr' } }] });
  });

  it('asks for the number of the family once', async () => {
    const { kernel, port } = open(
      () => 28,
      (message) => [ack(message)],
    );
    await kernel.apply([addService]);
    await kernel.apply([addReal]);
    expect(port.sent.flat().filter((message) => message.type === GENL_ID_CTRL)).toHaveLength(1);
  });

  it('says ENOSYS, once an operation, where the kernel has no IPVS', async () => {
    const { kernel } = open(
      () => undefined,
      () => [],
    );
    expect(await kernel.observe()).toEqual({ ok: false, error: NO_IPVS });
    expect(await kernel.apply([addService, addReal])).toEqual([NO_IPVS, NO_IPVS]);
  });

  it('finds IPVS when it appears, and again under another number', async () => {
    let id: number | undefined;
    const { kernel } = open(
      () => id,
      (message) => [done(message)],
    );
    expect(await kernel.observe()).toEqual({ ok: false, error: NO_IPVS });
    id = 28;
    expect(await kernel.observe()).toEqual({ ok: true, value: [] });
    id = 31;
    expect(await kernel.observe()).toEqual({ ok: true, value: [] });
    id = undefined;
    expect(await kernel.observe()).toEqual({ ok: false, error: NO_IPVS });
  });

  it('finds IPVS again after an operation met the old number', async () => {
    let id = 28;
    const { kernel } = open(
      () => id,
      (message) => [ack(message)],
    );
    expect(await kernel.apply([addService])).toEqual([undefined]);
    id = 31;
    expect(await kernel.apply([addService])).toMatchObject([{ code: 'ENOENT' }]);
    expect(await kernel.apply([addService])).toEqual([undefined]);
  });

  it('applies every operation, whatever became of the one before', async () => {
    const { kernel, port } = open(
      () => 28,
      (message) => [ack(message, commandOf(message) === 1 ? 17 : 0)],
    );
    expect(await kernel.apply([addService, addReal])).toEqual([
      { code: 'EEXIST', message: 'exists already' },
      undefined,
    ]);
    expect(port.sent.flat().map(commandOf)).toEqual([3, 1, 5]);
  });
});
