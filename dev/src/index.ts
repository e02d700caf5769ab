export { outcomeOf, type Outcome } from './demo/summary.ts'
