import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { get } from 'node:https'

process.stdout.write(`RUNS Node.js ${process.versions.node} of ${process.execPath}\n`)
const url = new URL(readFileSync('url.txt', 'utf8').trim())
const fetched = await fetch(url)
process.stdout.write(`FETCHED ${await fetched.text()}\n`)
const child = `fetch('${url}').then(async (answer) => console.log('CHILD', await answer.text()))`
process.stdout.write(execFileSync(process.execPath, ['-e', child]))
get(url, async (answer) => {
  process.stdout.write(`GOT ${Buffer.concat(await answer.toArray())}\n`)
})
