/** Pixels from the end within which the log counts as being at its end. */
const atEndPx = 28

export interface Scrolled {
  /** Whether the person moved, rather than lines growing or being measured. */
  byPerson: boolean
  /** Change of the scroll position since the last event, in pixels; negative is up. */
  movedPx: number
  distanceFromEndPx: number
}

/** Whether the log follows its end after a scroll: reaching the end takes hold of it, a person going up lets go. */
export function followsAfter(follows: boolean, scrolled: Scrolled): boolean {
  if (scrolled.byPerson && scrolled.movedPx < 0 && scrolled.distanceFromEndPx > 1) return false
  if (scrolled.byPerson && scrolled.distanceFromEndPx <= atEndPx) return true
  return follows
}
