export { highestTlpOf } from './highest-tlp.ts'
