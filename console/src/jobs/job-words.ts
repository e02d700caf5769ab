import type { Job } from '@postern/protocol'

export const modeWords: Record<Job['mode'], string> = {
  'apply-when-guards-pass': 'Apply when every guard passes',
  'always-ask': 'Always ask a person first',
}
