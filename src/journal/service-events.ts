// What is said of virtual services and their servers, and of how the checks of these keep up.

export type ServiceEvent =
  | {
      readonly event: 'real.up';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
      readonly down_s?: number;
      /** How much of it was hold for flapping. */
      readonly held_s?: number;
    }
  | {
      readonly event: 'real.flapping';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
      readonly falls: number;
      readonly within_s: number;
      readonly hold_s: number;
    }
  | {
      readonly event: 'real.down';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
      readonly failures: number;
    }
  | {
      readonly event: 'real.failing';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
      readonly failures: number;
      readonly fall: number;
    }
  | {
      readonly event: 'real.drained';
      readonly service: string;
      readonly real: string;
      readonly by: 'operator' | 'configuration';
      readonly took_s: number;
      readonly active: number;
      readonly inactive: number;
      readonly persistent: number;
    }
  | {
      readonly event: 'real.unchecked';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
    }
  | { readonly event: 'checks.crowded'; readonly checks: number; readonly places: number }
  | { readonly event: 'checks.behind'; readonly checks: number; readonly made_percent: number }
  | { readonly event: 'checks.caught_up'; readonly checks: number; readonly behind_s: number }
  | {
      readonly event: 'real.certificate_expires';
      readonly service: string;
      readonly real: string;
      readonly subject: string;
      /** ISO 8601. */
      readonly expires: string;
      /** Negative when it has ended. */
      readonly days_left: number;
    }
  | {
      readonly event: 'service.fallback_on';
      readonly service: string;
      readonly fallback: string;
      /** From 1. */
      readonly tier: number;
      readonly tiers: number;
      readonly reason: 'no_server' | 'no_quorum';
    }
  | {
      readonly event: 'service.fallback_off';
      readonly service: string;
      readonly fallback: string;
      /** Who serves now: 'real servers', another tier, 'nobody'. */
      readonly instead: string;
    }
  | {
      readonly event: 'service.quorum_gained';
      readonly service: string;
      readonly weight: number;
      readonly quorum: number;
      readonly hysteresis: number;
    }
  | {
      readonly event: 'service.quorum_lost';
      readonly service: string;
      readonly weight: number;
      readonly quorum: number;
      readonly hysteresis: number;
    }
  | {
      readonly event: 'service.quorum_command';
      readonly service: string;
      readonly action: 'up' | 'down';
      readonly command: string;
      readonly exit: string;
    }
  | { readonly event: 'service.empty'; readonly service: string }
  | {
      readonly event: 'service.fallbackcommand';
      readonly service: string;
      readonly action: 'start' | 'stop';
      readonly command: string;
      readonly exit: string;
    };
