// Whether a scheduler may choose a server. A weight of 0 rules it out for certain. That it is overloaded is a flag
// which the kernel keeps to itself; what can be known of it follows from the counters and thresholds.
// Source: ip_vs_conn.c (ip_vs_bind_dest, ip_vs_unbind_dest).
import type { ObservedDestination } from '../ports/kernel.ts';

export type Availability = 'free' | 'quiescent' | 'overloaded' | 'perhaps overloaded';

export function availabilityOf(server: ObservedDestination): Availability {
  const { weight, upperThreshold, lowerThreshold, counters } = server;
  if (weight === 0) return 'quiescent';
  if (upperThreshold === 0) return 'free';
  const held = counters.activeConnections + counters.inactiveConnections;
  // Overloaded from the upper threshold on; free again below the lower, or without one below three quarters.
  if (held >= upperThreshold) return 'overloaded';
  const isFree = lowerThreshold > 0 ? held < lowerThreshold : 4 * held < 3 * upperThreshold;
  return isFree ? 'free' : 'perhaps overloaded';
}
