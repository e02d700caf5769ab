import type { Job } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

const scheduled: ExplainedFace = {
  tone: 'good',
  icon: 'tick',
  word: 'Scheduled',
  meaning: 'It runs by itself when its schedule is due.',
}
const paused: ExplainedFace = {
  tone: 'notice',
  icon: 'pause',
  word: 'Paused',
  meaning: 'Its schedule is paused. It can still be run now.',
}
const byHand: ExplainedFace = {
  tone: 'open',
  icon: 'play',
  word: 'By hand',
  meaning: 'It has no schedule, and runs when somebody runs it.',
}
const over: ExplainedFace = {
  tone: 'open',
  icon: 'clock',
  word: 'Over',
  meaning: 'Its schedule names no time that is still to come.',
}

/** Whether a job runs by itself, as a person sees it. */
export function jobFaceOf({ enabled, schedule, nextRunAt }: Job): ExplainedFace {
  if (!enabled) return paused
  if (!schedule) return byHand
  return nextRunAt === null ? over : scheduled
}
