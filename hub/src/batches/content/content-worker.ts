/** The worker thread of content-reader.ts: reads one content after the other. */
import { parentPort } from 'node:worker_threads'
import { CompiledOfThread } from '../../attributes/thread-rules.ts'
import { MatchersOfThread } from '../../exclusions/thread-matchers.ts'
import type { ReadingWork } from './content-reader.ts'
import { transferable } from './prepared-batch.ts'
import { partRowsMax } from './part-size.ts'
import { readContent } from './read-content.ts'

const matchers = new MatchersOfThread()
const rules = new CompiledOfThread()

parentPort?.on('message', ({ json, modes, exclusions, attributes }: ReadingWork) => {
  const matcher = matchers.take(exclusions)
  for (const message of readContent(json, modes, partRowsMax, matcher, rules.take(attributes)))
    parentPort?.postMessage(message, transferable(message))
})
