/** Milliseconds of work after which others on the event loop get their chance. */
const WORK_AT_ONCE = 10;

/** So many characters are looked at between two looks at the clock, which cost as much as one at a resource. */
const CHARACTERS_AT_ONCE = 20_000;

/** What a look at a resource costs besides its text, in characters. */
const RESOURCE = 100;

/** Tells when it is time to pause in a long look at many resources. */
export interface WorkClock {
  /** Notes a look at a resource with so much text; tells whether work has gone on for long enough without a pause. */
  isTimeToPause(characters: number): boolean;
  /** Work goes on after a pause. */
  resume(): void;
}

/** Starts the clock. It goes by the text of resources: one may hold a thousand times as much as the next. */
export function startWorkClock(): WorkClock {
  let resumed = performance.now();
  let noted = 0;
  return {
    isTimeToPause(characters) {
      noted += RESOURCE + characters;
      if (noted < CHARACTERS_AT_ONCE) return false;
      noted = 0;
      return performance.now() - resumed > WORK_AT_ONCE;
    },
    resume() {
      resumed = performance.now();
    },
  };
}
