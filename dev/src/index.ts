export { outcomeOf, type Outcome } from './demo/summary.ts'
export { withHubDatabase } from './hub-database.ts'
export { type SampleFeed, startSampleFeed } from './sample-feed.ts'
export { startTestSystem, type TestSystem } from './test-system.ts'
