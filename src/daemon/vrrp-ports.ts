// What the VRRP process needs from the outside, all of it injected: time, the kernel's links and addresses,
// sockets, and the channel to the main process. Types only.
import type { Result } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { DatagramPort, FramePort } from '../ports/datagram.ts';
import type { JournalEvent } from '../ports/journal.ts';
import type { NetworkKernel } from '../ports/kernel.ts';
import type { FromVrrpProcess, ToVrrpProcess } from './vrrp-messages.ts';

export type Device = { readonly name: string; readonly index: number };

/** Whole IPv4 packets of protocol 112, both ways, of one interface. The error names step and kernel code. */
export type OpenVrrpSocket = (
  device: Device,
) => Result<DatagramPort, { readonly step: string; readonly code: string }>;

export type VrrpPorts = {
  readonly clock: Clock & EventLoop;
  readonly network: NetworkKernel;
  readonly openVrrpSocket: OpenVrrpSocket;
  /** The error is the kernel's code. */
  readonly openFrameSocket: (interfaceIndex: number) => Result<FramePort, string>;
};

/** The VRRP process's end of the channel. Sending on a closed one does nothing. */
export type VrrpChannel = {
  readonly send: (message: FromVrrpProcess) => void;
  readonly onMessage: (listener: (message: ToVrrpProcess) => void) => void;
  /** The main process is gone. Called once. */
  readonly onClosed: (listener: () => void) => void;
};

export type Emit = (event: JournalEvent) => void;
