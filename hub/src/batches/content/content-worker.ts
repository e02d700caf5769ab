/** The worker thread of content-reader.ts: reads one content after the other. */
import { parentPort } from 'node:worker_threads'
import { type AttributeRule, AttributeRules, type CompiledExclusions, ExclusionMatcher } from '@postern/intel'
import type { ReadingWork } from './content-reader.ts'
import { KeptInThread } from './known-by-thread.ts'
import { giveBack } from './own-memory.ts'
import { transferable } from './prepared-batch.ts'
import { partRowsMax } from './part-size.ts'
import { readContent } from './read-content.ts'

const matchers = new KeptInThread((compiled: CompiledExclusions) => new ExclusionMatcher(compiled))
const attributeRules = new KeptInThread((rules: readonly AttributeRule[]) => new AttributeRules(rules))

parentPort?.on('message', ({ json, modes, exclusions, attributes }: ReadingWork) => {
  const matcher = exclusions && matchers.take(exclusions)
  for (const message of readContent(json, modes, partRowsMax, matcher, attributeRules.take(attributes)))
    parentPort?.postMessage(message, transferable(message))
  giveBack([json.buffer])
})
