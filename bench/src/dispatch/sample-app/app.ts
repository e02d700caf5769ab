import { defineAction } from '@postern/app-sdk'

/** Says when it got to speak: what the time to an app's first line is measured with. */
// oxlint-disable-next-line import/no-default-export -- an app's definition is its default export
export default defineAction({
  name: 'first-line',
  displayName: 'First line',
  version: '1.0.0',
  note: 'Writes one line that holds the instant at which it was written.',
  parameters: {},
  run({ log }) {
    log.info(`first line at ${performance.timeOrigin + performance.now()}`)
    return Promise.resolve({ message: 'said' })
  },
})
