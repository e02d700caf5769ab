import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { given } from './given.ts'

/** No hostile app: it works beside them, and says at its end whether it was left alone. */
const { tc_temp_path: temp = '', tc_token: token = '' } = given()
writeFileSync(join(temp, 'mine'), 'mine')
let ticks = 0
setInterval(() => (ticks += 1), 20)
process.on('SIGTERM', () => {
  const isWhole = readFileSync(join(temp, 'mine'), 'utf8') === 'mine' && readdirSync(temp).length === 1
  console.log(isWhole && given()['tc_token'] === token && ticks > 0 ? 'unharmed' : 'harmed')
  process.exit(0)
})
console.log('at work')
