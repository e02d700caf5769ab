import { defineAction } from '@postern/app-sdk'

/** Does nothing: what is measured with it is what an execution costs besides its app. */
// oxlint-disable-next-line import/no-default-export -- an app's definition is its default export
export default defineAction({
  name: 'empty',
  displayName: 'Empty',
  version: '1.0.0',
  note: 'Does nothing, and says that it is done.',
  parameters: {},
  run: () => Promise.resolve({ message: 'done' }),
})
