export { outcomeOf, type Outcome } from './demo/summary.ts'
export { startTestSystem, type TestSystem } from './test-system.ts'
