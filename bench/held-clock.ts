import type { Clock } from 'express-sso-scim';

/** A clock that stands still until it is let go: while answers are compared, all servers live at one instant. */
export interface HeldClock extends Clock {
  letGo(): void;
}

export function createHeldClock(instant: number): HeldClock {
  let held = true;
  return {
    now: () => (held ? instant : Date.now()),
    letGo() {
      held = false;
    },
  };
}
