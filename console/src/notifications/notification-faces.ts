import type { Notification, NotificationKind } from '@postern/protocol'
import type { ExplainedFace } from '../elements/state-badge.tsx'

/** Each kind of notification, as it looks while it is open. */
export const notificationFaces: Record<NotificationKind, ExplainedFace> = {
  failed: {
    tone: 'bad',
    icon: 'cross',
    word: 'Failed',
    meaning: 'A job failed, ran out of time, was refused or was lost, and has not succeeded since.',
  },
  partial: { tone: 'notice', icon: 'half', word: 'Partial', meaning: 'A job was done only in part.' },
  missed: {
    tone: 'bad',
    icon: 'clock',
    word: 'Missed',
    meaning: 'A job has not succeeded by the time that its schedule and its freshness target give it.',
  },
  'server-offline': {
    tone: 'bad',
    icon: 'unseen',
    word: 'Server offline',
    meaning: 'An environment server is not heard.',
  },
  'certificate-expiring': {
    tone: 'notice',
    icon: 'warning',
    word: 'Certificate ends',
    meaning: 'The certificate of an environment server ends within 30 days.',
  },
  'approval-needed': {
    tone: 'notice',
    icon: 'question',
    word: 'Needs approval',
    meaning: 'A plan waits for a person: until then the control stays as it is.',
  },
}

/** What was the matter and is no more has one look. */
export function notificationFaceOf({ kind, closedAt }: Notification): ExplainedFace {
  const face = notificationFaces[kind]
  return closedAt === null ? face : { tone: 'good', icon: 'tick', word: face.word, meaning: 'It is no more.' }
}
